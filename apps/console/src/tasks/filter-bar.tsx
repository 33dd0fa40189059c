import { useEffect, useState } from 'react';
import { ledgerNowMs } from '../api/answering.ts';
import type { BatchProcess } from '../api/answers.ts';
import { isSpan, spanWords, writeSpan } from '../selection/span.ts';
import { amendQuery, go } from '../shell/place.ts';
import { type TaskQuery, type TextField, textNames, texts } from './task-query.ts';

const waitMs = 250;
/** As task ids are written. */
const taskId = /^[0-9a-z]+-\d+-\d+$/;

/** What tasks are looked for by, beside their phase: a box for texts, and choices. */
export function FilterBar(props: {
  query: TaskQuery;
  processes: readonly BatchProcess[];
  providers: readonly string[];
}) {
  const { query, processes, providers } = props;
  const set = (name: string, value: string) =>
    amendQuery((all) => (value === '' ? all.delete(name) : all.set(name, value)));
  return (
    <search className="filters">
      <SearchBox query={query} />
      {processes.length > 0 && (
        <Choice
          label="Process"
          value={query.processes.length === 1 ? String(query.processes[0]) : ''}
          onChange={(value) => set('process', value)}
          options={processes.map(({ index, name }) => ({ value: String(index), name: `${index} · ${name}` }))}
          all={query.processes.length > 1 ? `${query.processes.length} processes` : 'every process'}
        />
      )}
      {providers.length > 1 && (
        <Choice
          label="Provider"
          value={query.provider ?? ''}
          onChange={(value) => set('provider', value)}
          options={providers.map((name) => ({ value: name, name }))}
          all="every provider"
        />
      )}
      <ZoneField zones={query.zones} onChange={(value) => set('zone', value)} />
      {query.family !== undefined && <Chip says={`family ${query.family}`} onRemove={() => set('family', '')} />}
      {isSpan(query.span) && (
        <Chip says={spanWords(query.span, ledgerNowMs())} onRemove={() => amendQuery((all) => writeSpan(all, {}))} />
      )}
    </search>
  );
}

function SearchBox({ query }: { query: TaskQuery }) {
  const used = texts.find((name) => query[name] !== undefined);
  const [field, setField] = useState<TextField>(used ?? 'location');
  const [text, setText] = useState(used ? (query[used] ?? '') : '');
  const standing = query[field] ?? '';
  useEffect(() => {
    if (text.trim() === standing) return;
    const timer = setTimeout(() => {
      amendQuery((all) => {
        for (const name of texts) all.delete(name);
        if (text.trim() !== '') all.set(field, text.trim());
      });
    }, waitMs);
    return () => clearTimeout(timer);
  }, [text, field, standing]);
  const choose = (next: TextField) => {
    setField(next);
    amendQuery((all) => {
      for (const name of texts) all.delete(name);
      if (text.trim() !== '') all.set(next, text.trim());
    });
  };
  return (
    <form
      className="search-box"
      onSubmit={(event) => {
        event.preventDefault();
        if (taskId.test(text.trim())) go(`/tasks/${text.trim()}`);
      }}
    >
      <label>
        <span className="unseen">Search in</span>
        <select value={field} onChange={({ target }) => choose(target.value as TextField)}>
          {texts.map((name) => (
            <option key={name} value={name}>
              {textNames[name]}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span className="unseen">Search tasks</span>
        <input
          type="search"
          data-search
          placeholder={field === 'remoteId' ? 'the whole remote id' : `part of the ${textNames[field]}, or a task id`}
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
      </label>
      {taskId.test(text.trim()) && <button type="submit">To this task</button>}
    </form>
  );
}

function Choice(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  options: { value: string; name: string }[];
  all: string;
}) {
  return (
    <label className="choice">
      <span className="unseen">{props.label}</span>
      <select value={props.value} onChange={({ target }) => props.onChange(target.value)}>
        <option value="">{props.all}</option>
        {props.options.map(({ value, name }) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function ZoneField({ zones, onChange }: { zones: readonly number[]; onChange: (value: string) => void }) {
  if (zones.length > 1) {
    return <Chip says={`${zones.length} zones`} onRemove={() => onChange('')} />;
  }
  return (
    <label className="choice zone">
      <span className="unseen">Zone number</span>
      <input
        inputMode="numeric"
        placeholder="zone no."
        value={zones[0] ?? ''}
        onChange={({ target }) => onChange(target.value.replace(/\D/g, ''))}
      />
    </label>
  );
}

function Chip({ says, onRemove }: { says: string; onRemove: () => void }) {
  return (
    <button type="button" className="chip" onClick={onRemove}>
      {says} <span aria-hidden="true">×</span>
      <span className="unseen">: take this condition away</span>
    </button>
  );
}
