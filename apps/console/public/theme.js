// Before anything is painted: light or dark, where the reader chose one.
try {
  const chosen = localStorage.getItem('nightpass-theme');
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
} catch {
  // Storage is switched off: the system decides.
}
