/* folium writes $(markup)[0] for popups and $(document).ready(f): these two forms, without jQuery. */
window.$ = window.$ || ((what) => {
  if (typeof what !== 'string') return { ready: (act) => act(), 0: what };
  const holder = document.createElement('template');
  holder.innerHTML = what;
  return Array.from(holder.content.children);
});
