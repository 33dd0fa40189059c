import { api } from '../api/fetching.ts';

const forms = [
  { format: 'html', name: 'page' },
  { format: 'csv', name: 'CSV' },
  { format: 'geojson', name: 'GeoJSON' },
  { format: 'junit', name: 'JUnit' },
];

/** The batch's report as of now, in the reader's time zone, as files. */
export function ReportLinks({ batch }: { batch: string }) {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return (
    <span>
      Report:{' '}
      {forms.map(({ format, name }, i) => (
        <span key={format}>
          {i > 0 && ' · '}
          <a href={`${api}/batches/${batch}/report?${new URLSearchParams({ format, timeZone })}`} download>
            {name}
            <span className="unseen"> of the report</span>
          </a>
        </span>
      ))}
    </span>
  );
}
