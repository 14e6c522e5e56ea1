'use strict';
// Brings the page to life: everything can also be read without it.
(() => {
  const live = JSON.parse(document.getElementById('live').textContent);
  const root = document.documentElement;
  const tip = document.querySelector('.tip');
  const prefersDark = matchMedia('(prefers-color-scheme: dark)');
  const isDark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : prefersDark.matches);

  // --- Charts -------------------------------------------------------------------------------------------------------

  const views = new Map();

  // Colours are swapped in the specification, never in the data: a category may be named like a colour.
  function inTheme(part) {
    if (Array.isArray(part)) return part.map(inTheme);
    if (typeof part === 'string') return live.dark[part] ?? part;
    if (part === null || typeof part !== 'object') return part;
    return Object.fromEntries(
      Object.entries(part).map(([key, value]) => [key, key === 'values' || key === 'domain' ? value : inTheme(value)]),
    );
  }

  function fitted(spec, width) {
    const fitting = { ...spec, width };
    if (width < 480) {
      fitting.axes = (spec.axes ?? []).map((axis) => ({
        ...axis,
        labelLimit: Math.round(width * (axis.labelAngle ? 0.24 : 0.36)), // slanted ones lean out at the right
        titleLimit: width,
        // Above bars there is room to the left only, over the names.
        ...(axis.orient === 'top' && { titleAnchor: 'end' }),
      }));
      fitting.legends = (spec.legends ?? []).map((legend) => ({ ...legend, titleOrient: 'top' }));
    }
    return fitting;
  }

  async function show(plot) {
    const spec = live.charts[plot.dataset.chart];
    const width = Math.floor(plot.clientWidth);
    if (!spec || width < 80) return;
    const themed = fitted(isDark() ? inTheme(spec) : spec, width);
    const host = document.createElement('div');
    const view = new vega.View(vega.parse(themed, null, { ast: true }), {
      expr: vega.expressionInterpreter,
      renderer: 'svg',
      hover: true,
      logLevel: 1,
    });
    view.tooltip(say).initialize(host);
    await view.runAsync();
    views.get(plot)?.view.finalize();
    const still = plot.querySelector(':scope > svg');
    if (still) still.classList.add('still');
    plot.querySelector(':scope > .live')?.remove();
    host.className = 'live';
    host.querySelector('svg')?.setAttribute('aria-hidden', 'true');
    plot.append(host);
    plot.dataset.state = 'live';
    views.set(plot, { view, width });
  }

  const enter = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        enter.unobserve(entry.target);
        show(entry.target);
      }
    },
    { rootMargin: '600px' },
  );
  const plots = [...document.querySelectorAll('.plot')];
  for (const plot of plots) enter.observe(plot);

  function again(onlyResized) {
    for (const [plot, shown] of views) {
      if (!onlyResized || Math.abs(plot.clientWidth - shown.width) > 2) show(plot);
    }
  }
  let waiting;
  addEventListener('resize', () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => again(true), 150);
  });
  prefersDark.addEventListener('change', () => again(false));

  function say(_handler, event, _item, value) {
    if (value === null || value === undefined || value === '') {
      tip.hidden = true;
      return;
    }
    const entries = typeof value === 'object' ? Object.entries(value) : [['', value]];
    const list = document.createElement('dl');
    for (const [name, text] of entries) {
      const dt = document.createElement('dt');
      const dd = document.createElement('dd');
      dt.textContent = name;
      dd.textContent = text;
      list.append(dt, dd);
    }
    tip.replaceChildren(list);
    tip.hidden = false;
    const at = event.touches?.[0] ?? event;
    const left = Math.min(at.clientX + 14, innerWidth - tip.offsetWidth - 8);
    const below = at.clientY + 16;
    const top = below + tip.offsetHeight > innerHeight - 8 ? at.clientY - tip.offsetHeight - 12 : below;
    tip.style.transform = `translate(${Math.max(8, left)}px, ${Math.max(8, top)}px)`;
  }
  addEventListener('scroll', () => { tip.hidden = true; }, { passive: true });

  // --- Theme --------------------------------------------------------------------------------------------------------

  const remembered = {
    read() { try { return localStorage.getItem('voyant-theme'); } catch { return null; } },
    write(value) { try { localStorage.setItem('voyant-theme', value); } catch { /* a private window */ } },
  };
  const button = document.querySelector('.theme');
  function paint(theme) {
    if (theme) root.dataset.theme = theme;
    button.querySelector('.theme-name').textContent = isDark() ? 'Light' : 'Dark';
  }
  button.hidden = false;
  button.addEventListener('click', () => {
    const theme = isDark() ? 'light' : 'dark';
    remembered.write(theme);
    paint(theme);
    again(false);
  });
  paint(remembered.read());

  // --- Reading ------------------------------------------------------------------------------------------------------

  for (const copy of document.querySelectorAll('.copy')) {
    copy.hidden = false;
    copy.addEventListener('click', async () => {
      const code = copy.parentElement.querySelector('code');
      try {
        await navigator.clipboard.writeText(code.textContent);
      } catch {
        const range = document.createRange();
        range.selectNodeContents(code);
        getSelection().removeAllRanges();
        getSelection().addRange(range);
        document.execCommand('copy');
      }
      copy.textContent = 'Copied';
      setTimeout(() => { copy.textContent = 'Copy'; }, 1600);
    });
  }

  function open() {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let part = target; part; part = part.parentElement) if (part.tagName === 'DETAILS') part.open = true;
    target.scrollIntoView();
  }
  addEventListener('hashchange', open);
  open();

  const find = document.querySelector('.find');
  const columns = [...document.querySelectorAll('.column')];
  if (find && columns.length > 12) {
    find.hidden = false;
    find.querySelector('input').addEventListener('input', (event) => {
      const wanted = event.target.value.trim().toLowerCase();
      for (const column of columns) column.hidden = !column.dataset.name.toLowerCase().includes(wanted);
    });
  }
  root.dataset.ready = '';
})();
