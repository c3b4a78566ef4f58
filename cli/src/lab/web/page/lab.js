// The page of a lab. Everything that comes from the lab is set as text, never as markup.

/* ---- small tools ---- */

const $ = id => document.getElementById(id);

/** An element with attributes, and children that are elements or text. */
function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, '');
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children.flat(Infinity).filter(child => child != null));
  return made;
}

/** `2026-11-21 17:52:36`, as the logs of the lab have it. */
const time = at => at == null ? '' : new Date(at).toISOString().slice(0, 19).replace('T', ' ');

function span(milliseconds) {
  const minutes = Math.round(milliseconds / 60000);
  if (minutes < 1) return 'less than a minute';
  if (minutes < 120) return minutes === 1 ? '1 minute' : `${minutes} minutes`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days ${hours % 24} h`;
}

const many = (count, one, more) => `${count} ${count === 1 ? one : more}`;

/** Asks the server; what it refuses is an Error in its words. */
async function ask(path, body) {
  const request = body === undefined ? {} : {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
  };
  const answer = await fetch(path, request);
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.error);
  return value;
}

/** Calls `render` where the value is another one than last time. */
const shown = new Map();
function whenNew(name, value, render) {
  const text = JSON.stringify(value);
  if (shown.get(name) === text) return;
  shown.set(name, text);
  render(value);
}

/* ---- what the lab says ---- */

let view = null;
let status = { busy: false, question: null, checking: false, grade: null, closed: null, ends: null, name: '' };
let lastLine = 0;
let source = null;

function connect() {
  source = new EventSource(`events?after=${lastLine}`);
  const on = (name, take) => source.addEventListener(name, event => take(JSON.parse(event.data)));
  on('about', showAbout);
  on('view', showView);
  on('status', showStatus);
  on('lines', showLines);
  source.onopen = () => { $('connection').textContent = ''; };
  source.onerror = () => {
    $('connection').textContent = source.readyState === EventSource.CLOSED
      ? 'The lab has ended, or too many pages show it: what is here is how it was.'
      : 'The lab cannot be reached; trying again.';
  };
}

// A browser has few connections to one server: a page that nobody sees needs none.
document.addEventListener('visibilitychange', () => {
  if (document.hidden) source?.close();
  else if (!source || source.readyState === EventSource.CLOSED) connect();
});

function showAbout({ seed, ticket }) {
  $('lab-name').textContent = seed == null ? 'lab' : `lab ${seed}`;
  document.title = `${ticket.subject} · mailfault lab`;
  $('ticket-from').textContent = ticket.from;
  $('ticket-subject').textContent = ticket.subject;
  const paragraphs = ticket.text.trim().split(/\n\s*\n/);
  $('ticket-text').replaceChildren(...paragraphs.map(text => el('p', {}, text.replace(/\s*\n\s*/g, ' '))));
}

function showView(latest) {
  view = latest;
  clock = { now: view.now, at: performance.now() };
  tick();
  whenNew('flow', [view.nodes, view.links], showFlow);
  whenNew('trace', view.trace, showTrace);
  whenNew('queues', view.queues, showQueues);
  whenNew('messages', view.messages, showMessages);
  whenNew('logs', view.logs, showFiles);
  whenNew('hints', view.hints, showHints);
  showPrompt();
}

function showStatus(latest) {
  status = latest;
  $('shell').dataset.done = status.done;
  const { grade, busy, closed, checking } = status;
  const [kind, text] = !grade ? ['', checking ? 'looking whether mail flows' : 'not looked yet']
    : grade.solved ? ['good', '✓ solved']
    : grade.mail_flows ? ['warn', '! mail flows, policy broken']
    : ['bad', '✕ mail does not flow'];
  if ($('state').textContent !== text) $('state').textContent = text;
  $('state').className = `state ${kind}`;
  $('done').hidden = !grade?.solved;
  whenNew('grade', grade, showGrade);
  const still = closed ?? (busy ? 'running' : checking ? 'looking what came of it' : '');
  if ($('shell-state').textContent !== still) $('shell-state').textContent = still;
  for (const id of ['wait-ten', 'wait-next', 'hint']) $(id).disabled = busy || closed != null;
  $('check').disabled = checking;
  $('hint').disabled ||= view?.hints.every(hint => hint.text != null);
  if (status.name !== undefined && document.activeElement !== $('name')) $('name').value = status.name;
  $('person').hidden = !status.class;
  showPrompt();
  tick();
}

/* ---- the clock ---- */

let clock = null;

function tick() {
  if (clock && !(status.closed && !status.busy)) {
    const now = clock.now + performance.now() - clock.at;
    $('clock').textContent = `${time(now)} UTC`;
    $('clock').dateTime = new Date(now).toISOString();
    const due = view.next_due;
    $('next').textContent = due == null ? 'nothing waits' : `next attempt in ${span(Math.max(0, due - now))}`;
  }
  if (status.ends != null) {
    $('next').textContent = `the lab ends in ${span(Math.max(0, status.ends - Date.now()))}`;
  }
}
setInterval(tick, 1000);

const complain = error => { addLine({ kind: 'note', text: `The page: ${error.message}` }); };
const wait = body => ask('wait', body).catch(complain);
$('wait-ten').addEventListener('click', () => wait({ minutes: 10 }));
$('wait-next').addEventListener('click', () => wait({}));

/* ---- grade and hints ---- */

$('check').addEventListener('click', () => ask('grade', {}).catch(complain));

const ends = { deliver: 'arrives', 'deliver-in-clear': 'arrives in clear', defer: 'has to wait', refuse: 'is not sent' };

function showGrade(grade) {
  const sends = grade?.sends ?? [];
  $('sends').replaceChildren(...sends.map(send => el('li', { class: send.good ? 'good' : 'bad' },
    el('span', { class: 'mark' }, send.good ? '✓ ' : '✕ '),
    el('strong', {}, send.by), ` to ${send.to}: ${ends[send.seen] ?? send.seen}`,
    send.good && send.seen === 'deliver' ? null : el('div', { class: 'quiet' }, send.words))));
  const broken = grade?.policy_broken ?? [];
  $('policy').replaceChildren(...(broken.length === 0 ? [] : [el('div', { class: 'policy' },
    el('strong', {}, '! Policy broken'), el('ul', {}, broken.map(text => el('li', {}, text))))]));
}

function showHints(hints) {
  const open = hints.filter(hint => hint.text != null);
  $('hints').replaceChildren(...open.map((hint, index) => el('li', {}, `${index + 1}. ${hint.text}`)));
  $('hints-count').textContent = hints.length === 0 ? 'there are none' : `${open.length} of ${hints.length} open`;
  $('hint').textContent = `open hint ${Math.min(open.length + 1, hints.length)} of ${hints.length}`;
  $('hint').hidden = $('hint-cost').hidden = open.length === hints.length;
}

$('hint').addEventListener('click', () => ask('hint', {}).catch(complain));
$('name-form').addEventListener('submit', event => {
  event.preventDefault();
  ask('name', { name: $('name').value }).catch(complain);
});

/* ---- tabs ---- */

const tabs = [...document.querySelectorAll('[role=tab]')];

function choose(tab) {
  for (const other of tabs) {
    const chosen = other === tab;
    other.setAttribute('aria-selected', chosen);
    other.tabIndex = chosen ? 0 : -1;
    $(other.getAttribute('aria-controls')).hidden = !chosen;
  }
  if (tab.id === 'tab-flow') drawWires();
}

for (const tab of tabs) {
  tab.addEventListener('click', () => choose(tab));
  tab.addEventListener('keydown', event => {
    const to = { ArrowRight: 1, ArrowLeft: -1, Home: -tabs.indexOf(tab), End: -tabs.indexOf(tab) - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = tabs.at((tabs.indexOf(tab) + to) % tabs.length);
    choose(next);
    next.focus();
  });
}

function count(tab, number) {
  const base = $(tab).dataset.name ??= $(tab).textContent;
  $(tab).replaceChildren(base, el('span', { class: 'count' }, ` ${number}`));
}

/* ---- tables whose rows open ---- */

const open = new Map();

/**
 * A table into `host`. Columns are [title, text of a row, class]; where there is a `detail`, the
 * first column has a button that opens it. What was open and where the focus was stays.
 */
function table(host, name, { columns, rows, key, detail, none }) {
  if (rows.length === 0) return host.replaceChildren(el('p', { class: 'none' }, none));
  const opened = open.get(name) ?? open.set(name, new Set()).get(name);
  const focused = host.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const body = el('tbody', { role: 'rowgroup' });
  for (const row of rows) {
    const id = String(key(row));
    const cells = columns.map(([title, text, kind = ''], index) => {
      const content = index > 0 || !detail ? text(row)
        : el('button', { type: 'button', class: 'opens', 'data-key': id, 'aria-expanded': opened.has(id) }, text(row));
      return el('td', { role: 'cell', class: kind, 'data-title': title }, content === '' ? [] : content);
    });
    const line = el('tr', { role: 'row', class: opened.has(id) ? 'rows open' : 'rows' }, cells);
    body.append(line);
    if (!detail) continue;
    const show = () => line.after(el('tr', { role: 'row', class: 'detail' },
      el('td', { role: 'cell', colspan: columns.length }, detail(row))));
    if (opened.has(id)) show();
    line.addEventListener('click', event => {
      // Who marks text does not mean the row.
      if (!event.target.closest('button') && String(getSelection())) return;
      const opens = !opened.delete(id);
      if (opens) { opened.add(id); show(); } else line.nextElementSibling?.remove();
      if (opens) line.nextElementSibling.scrollIntoView({ block: 'nearest' });
      line.classList.toggle('open', opens);
      line.querySelector('.opens').setAttribute('aria-expanded', opens);
    });
  }
  body.addEventListener('keydown', event => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || !event.target.matches('.opens')) return;
    event.preventDefault();
    const all = [...body.querySelectorAll('.opens')];
    all[all.indexOf(event.target) + by]?.focus();
  });
  const heads = columns.map(([title, , kind]) => el('th', { role: 'columnheader', scope: 'col', class: kind === 'number' ? kind : null }, title));
  host.replaceChildren(el('table', { role: 'table', class: 'stack' },
    el('caption', { class: 'hidden' }, name),
    el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' }, heads)), body));
  if (focused) body.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

/** Names and values, those that there are. */
const facts = pairs => el('dl', {}, pairs.filter(([, value]) => value !== '' && value != null)
  .flatMap(([name, value, kind]) => [el('dt', {}, name), el('dd', { class: kind }, value)]));

/** What a row or an error means. It is asked for once. */
const meanings = new Map();
function meaning(text) {
  const box = el('div', { class: 'meaning', role: 'status' });
  const fill = sentences => {
    const told = sentences.length ? sentences : ['There is nothing more to say about this.'];
    box.replaceChildren(...told.map(sentence => el('p', {}, sentence)));
    if (box.isConnected) box.scrollIntoView({ block: 'nearest' });
  };
  if (meanings.has(text)) fill(meanings.get(text));
  else ask('explain', { row: text })
    .then(({ sentences }) => { meanings.set(text, sentences); fill(sentences); })
    .catch(error => box.replaceChildren(el('p', {}, error.message)));
  return box;
}

/** A button behind which the meaning is. */
function explain(text) {
  if (!text) return null;
  if (meanings.has(text)) return meaning(text);
  const button = el('button', { type: 'button', onclick: () => {
    const box = meaning(text);
    box.tabIndex = -1;
    button.replaceWith(box);
    box.focus();
  } }, 'what does this mean?');
  return button;
}

/* ---- the mail flow ---- */

function how(link) {
  const { last } = link;
  const passed = link.sessions === 1 ? '1 session passed' : `${link.sessions} sessions passed`;
  const [kind, mark, text] = !last && link.sessions ? ['', '–', passed]
    : !last ? ['', '–', 'no session yet']
    : !last.delivered ? ['bad', '✕', 'broken']
    : last.in_clear ? ['warn', '!', 'taken in clear']
    : ['good', '✓', 'taken'];
  return { kind, mark, text };
}

const waiting = link => link.waiting === 0 ? '' : `${link.waiting} ${link.waiting === 1 ? 'waits' : 'wait'}`;

let flow = { nodes: [], links: [] };
let seen = null;

function showFlow([nodes, links]) {
  const layers = new Map(nodes.map(node => [node.name, 0]));
  // Whoever is sent to stands behind; as often as there are nodes, so that a circle ends too.
  for (let round = 1; round < nodes.length; round++) {
    for (const { from, to } of links) {
      const behind = Math.min((layers.get(from) ?? 0) + 1, nodes.length);
      if (layers.has(to) && layers.get(to) < behind) layers.set(to, behind);
    }
  }
  const used = [...new Set(layers.values())].sort((a, b) => a - b);
  const boxes = new Map(nodes.map(node => [node.name, el('div', { class: 'node' },
    el('strong', {}, node.name), el('span', {}, node.kind),
    node.host ? el('span', { class: 'mono' }, node.host) : null)]));
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('aria-hidden', 'true');
  $('topology').replaceChildren(svg, ...used.map(layer => el('div', { class: 'layer' },
    nodes.filter(node => layers.get(node.name) === layer).map(node => boxes.get(node.name)))));
  flow = { svg, boxes, depth: layers, links: links.filter(link => boxes.has(link.from) && boxes.has(link.to)) };
  drawWires();
  const before = seen;
  seen = new Map(links.map(link => [`${link.from} ${link.to} ${link.host}`, link.last?.at]));
  if (before) for (const link of flow.links) {
    if (link.last && before.get(`${link.from} ${link.to} ${link.host}`) !== link.last.at) letter(link);
  }
  table($('links'), 'Who talks to whom', {
    columns: [
      ['Connection', link => `${link.from} → ${link.to}`],
      ['Last session', link => { const { kind, mark, text } = how(link);
        return [el('span', { class: `mark ${kind}` }, mark), ` ${text}`,
          link.last ? el('div', { class: 'quiet when' }, time(link.last.at)) : null]; }],
      ['Certificate that was shown', link => link.last?.certificate ?? (link.last ? 'none' : ''), 'words'],
      ['What was said', link => link.last?.message ?? '', 'words'],
      ['Waiting', link => String(link.waiting), 'number'],
    ],
    rows: links, key: link => `${link.from} ${link.to} ${link.host}`,
    detail: link => el('div', {}, facts([
      ['Found under', link.host], ['Certificate', link.last?.certificate], ['Thumbprint', link.last?.thumbprint, 'mono'],
      ['Said', link.last?.message],
    ]), explain(link.last?.message)),
    none: 'Nobody talks to anybody.',
  });
}

function drawWires() {
  const { svg, boxes, depth, links } = flow;
  let frame = $('topology').getBoundingClientRect();
  if (!svg || frame.width === 0) return;
  // From left to right where there is room for what stands on the lines, else downwards.
  const layers = $('topology').querySelectorAll('.layer').length;
  const upright = frame.width < layers * 150 + (layers - 1) * 140;
  $('topology').classList.toggle('upright', upright);
  frame = $('topology').getBoundingClientRect();
  for (const badge of $('topology').querySelectorAll('.badge')) badge.remove();
  svg.replaceChildren();
  // Where several meet at a box, each has a place of its own.
  const place = (side, name, link) => {
    const all = links.filter(other => other[side] === name);
    return (all.indexOf(link) + 1) / (all.length + 1);
  };
  for (const link of links) {
    const [from, to] = [boxes.get(link.from), boxes.get(link.to)].map(box => box.getBoundingClientRect());
    const [a, b] = [place('from', link.from, link), place('to', link.to, link)];
    let path, tip;
    if (upright) {
      const [x1, y1] = [from.left - frame.left + from.width * a, from.bottom - frame.top];
      const [x2, y2] = [to.left - frame.left + to.width * b, to.top - frame.top];
      const half = (y2 - y1) / 2;
      path = `M${x1} ${y1}C${x1} ${y1 + half} ${x2} ${y2 - half} ${x2} ${y2}`;
      tip = `M${x2 - 4} ${y2 - 8}L${x2} ${y2}L${x2 + 4} ${y2 - 8}Z`;
    } else {
      const [x1, y1] = [from.right - frame.left, from.top - frame.top + from.height * a];
      const [x2, y2] = [to.left - frame.left, to.top - frame.top + to.height * b];
      const half = Math.max(30, (x2 - x1) / 2);
      path = `M${x1} ${y1}C${x1 + half} ${y1} ${x2 - half} ${y2} ${x2} ${y2}`;
      const between = [...boxes].filter(([name]) => depth.get(link.from) < depth.get(name) && depth.get(name) < depth.get(link.to));
      if (between.length) {
        // It goes by below whoever stands in between.
        const rects = between.map(([, box]) => box.getBoundingClientRect());
        const below = Math.max(...rects.map(rect => rect.bottom)) - frame.top + 16;
        const [near, far] = [Math.min(...rects.map(rect => rect.left)) - frame.left, Math.max(...rects.map(rect => rect.right)) - frame.left];
        path = `M${x1} ${y1}C${(x1 + near) / 2} ${y1} ${(x1 + near) / 2} ${below} ${near} ${below}L${far} ${below}C${(far + x2) / 2} ${below} ${(far + x2) / 2} ${y2} ${x2} ${y2}`;
      }
      tip = `M${x2 - 8} ${y2 - 4}L${x2} ${y2}L${x2 - 8} ${y2 + 4}Z`;
    }
    const { kind, mark, text } = how(link);
    const drawn = (d, name) => {
      const made = document.createElementNS(svg.namespaceURI, 'path');
      made.setAttribute('d', d);
      made.setAttribute('class', `${name} ${kind}`);
      svg.append(made);
      return made;
    };
    const wire = link.wire = drawn(path, 'wire');
    drawn(tip, 'tip');
    const middle = wire.getPointAtLength(wire.getTotalLength() / 2);
    const badge = el('div', { class: `badge ${kind}`, 'aria-hidden': 'true' },
      [`${mark} ${text}`, waiting(link)].filter(Boolean).join(', '));
    badge.style.left = `${middle.x}px`;
    badge.style.top = `${middle.y}px`;
    $('topology').append(badge);
  }
}
new ResizeObserver(drawWires).observe($('topology'));

/** A message on its way, as far as it comes. */
function letter({ wire, last }) {
  if (!wire?.isConnected || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  const dot = document.createElementNS(wire.namespaceURI, 'circle');
  dot.setAttribute('class', 'letter');
  dot.setAttribute('r', 5);
  wire.after(dot);
  const length = wire.getTotalLength() * (last.delivered ? 1 : 0.5);
  const start = performance.now();
  requestAnimationFrame(function step(now) {
    const part = Math.min(1, (now - start) / 900);
    const { x, y } = wire.getPointAtLength(length * part);
    dot.setAttribute('cx', x);
    dot.setAttribute('cy', y);
    if (part < 1 && dot.isConnected) requestAnimationFrame(step); else dot.remove();
  });
}

/* ---- trace, queues, messages ---- */

function showTrace(rows) {
  count('tab-trace', rows.length);
  table($('trace-rows'), 'Message trace', {
    columns: [
      ['Received', row => time(row.received), 'mono when'], ['Sender', row => row.sender],
      ['Recipient', row => row.recipient], ['Subject', row => row.subject], ['Status', row => row.status],
    ],
    rows, key: row => `${row.id} ${row.recipient}`,
    detail: row => el('div', {}, facts([['Message trace id', row.id, 'mono']]),
      row.events.map(event => el('div', {}, facts([[time(event.at), event.event]]),
        event.detail ? el('pre', {}, event.detail) : null, explain(event.detail)))),
    none: 'No message has passed through the cloud.',
  });
}

function showQueues(rows) {
  count('tab-queues', rows.length);
  table($('queue-rows'), 'Queues', {
    columns: [
      ['Identity', row => row.identity], ['Delivery type', row => row.delivery_type], ['Status', row => row.status],
      ['Messages', row => String(row.message_count), 'number'], ['Next hop domain', row => row.next_hop_domain],
      ['Next retry', row => time(row.next_retry), 'mono when'],
    ],
    rows, key: row => row.identity,
    detail: row => el('div', {}, facts([['LastError', row.last_error, 'mono']]), explain(row.last_error)),
    none: 'There are no queues, or no server on the premises sends.',
  });
}

const states = { waiting: '… waits', delivered: '✓ arrived', failed: '✕ came back' };

function showMessages(rows) {
  count('tab-messages', rows.length);
  table($('message-rows'), 'Messages', {
    columns: [
      ['Number', row => String(row.number)], ['Way', row => `${row.by} → ${row.to}`],
      ['From', row => row.from], ['Recipient', row => row.recipient],
      ['State', row => states[row.state] ?? row.state], ['Attempts', row => String(row.attempts), 'number'],
      ['Submitted', row => time(row.submitted), 'mono when'],
    ],
    rows, key: row => row.number,
    detail: row => el('div', {}, facts([['Last', row.last]]), explain(row.last),
      row.notifications.map(mail => [el('p', {}, 'What its sender was told:'), el('pre', {}, mail)])),
    none: 'Nobody has sent anything.',
  });
}

/* ---- logs ---- */

let file = null;
let fileSize = -1;
let log = { fields: null, rows: [], same: new Map(), day: '', leftOut: 0 };
let logLimit = 300;

const baseName = path => path.split(/[\\/]/).pop();

function showFiles(files) {
  count('tab-logs', files.length);
  const hosts = [...new Set(files.map(one => one.host))];
  const focused = $('files').contains(document.activeElement) ? document.activeElement.dataset.key : null;
  $('files').replaceChildren(...hosts.flatMap(host => {
    let folder = null;
    const items = files.filter(one => one.host === host).flatMap(one => {
      const here = one.path.slice(0, -baseName(one.path).length);
      const button = el('button', { type: 'button', title: one.path, 'data-key': `${host} ${one.path}`,
        'aria-current': file && file.host === host && file.path === one.path ? 'true' : null,
        onclick: () => openFile(one) }, baseName(one.path), el('span', { class: 'count' }, ` ${Math.ceil(one.size / 1024)} KiB`));
      const label = here && here !== folder ? el('div', { class: 'folder' }, here) : null;
      folder = here;
      return [el('li', {}, label, button)];
    });
    return [el('h3', {}, host), el('ul', {}, items)];
  }));
  if (files.length === 0) $('files').append(el('p', { class: 'none' }, 'There are no log files yet.'));
  if (focused) $('files').querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  const size = file && files.find(one => one.host === file.host && one.path === file.path)?.size;
  // To read a file is something that is done, and reported: it does not happen by itself.
  $('log-new').hidden = !file || size === undefined || size === fileSize;
  $('log-new').onclick = () => openFile({ ...file, size });
}

async function openFile({ host, path, size }) {
  const another = !file || file.host !== host || file.path !== path;
  file = { host, path };
  fileSize = size;
  $('log-new').hidden = true;
  if (another) { logLimit = 300; shown.delete('logs'); whenNew('logs', view.logs, showFiles); }
  $('log-name').textContent = `${host}: ${baseName(path)}`;
  try {
    const text = await ask(`log?host=${encodeURIComponent(host)}&path=${encodeURIComponent(path)}`);
    if (file.host !== host || file.path !== path) return;
    log = readLog(text);
    showLog(another);
  } catch (error) {
    $('log-rows').replaceChildren(el('p', { class: 'none' }, error.message));
  }
}

/** The lines of a log; with its columns where its head names them. */
function readLog({ text, left_out: leftOut }) {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/).filter(line => line !== '');
  const head = lines.find(line => line.startsWith('#Fields:'));
  const fields = head ? head.slice(8).split(',').map(field => field.trim()) : null;
  const rows = lines.filter(line => !(fields && line.startsWith('#')))
    .map(line => ({ line, fields: fields ? fieldsOf(line) : null }));
  // What is the same everywhere takes room from what is not. The first column is what opens a row.
  const same = new Map();
  if (rows.length > 1) fields?.forEach((_, index) => {
    const value = rows[0].fields[index];
    if (index > 0 && rows.every(row => row.fields[index] === value)) same.set(index, value);
  });
  const day = rows.length > 1 && fields ? rows[0].line.match(/^\d{4}-\d\d-\d\d(?=T)/)?.[0] ?? '' : '';
  return { fields, rows, same, day: rows.every(row => row.line.startsWith(day)) ? day : '', leftOut };
}

/** The fields of a row of comma-separated values. */
function fieldsOf(line) {
  const fields = [];
  for (const match of line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)) {
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
  }
  return fields;
}

function showLog(toTheEnd) {
  const box = $('log-rows');
  const atEnd = toTheEnd || box.scrollTop + box.clientHeight >= box.scrollHeight - 4;
  const wanted = $('filter').value.trim().toLowerCase();
  const found = log.rows.filter(row => row.line.toLowerCase().includes(wanted));
  const rows = found.slice(-logLimit);
  const columns = log.fields ? log.fields.map((title, index) => [title, row => shortened(row, index), widths(title)])
    .filter((_, index) => !log.same.has(index)) : [['Line', row => row.line, 'words']];
  table(box, `${file.host} ${file.path}`, {
    columns, rows, key: row => row.line, detail: row => meaning(row.line),
    none: wanted ? 'No row has these words.' : 'The file is empty.',
  });
  if (log.same.size > 0 || log.day) {
    const same = [...log.same].map(([index, value]) => `${log.fields[index]} ${value || '(empty)'}`);
    box.prepend(el('p', { class: 'quiet' }, `In every row: ${[log.day, ...same].filter(Boolean).join('; ')}`));
  }
  if (found.length > rows.length) {
    box.prepend(el('button', { type: 'button', onclick: () => { logLimit += 1000; showLog(false); } },
      `show earlier rows, of ${found.length - rows.length} more`));
  }
  const cut = log.leftOut ? `, the first ${Math.ceil(log.leftOut / 1024)} KiB are left out` : '';
  $('log-count').textContent = (wanted ? `${found.length} of ${many(log.rows.length, 'row', 'rows')}`
    : many(log.rows.length, 'row', 'rows')) + cut;
  if (atEnd) box.scrollTop = box.scrollHeight;
}
const widths = title => ['data', 'context'].includes(title) ? 'words' : 'when';

/** A field; the day is left out of times where it is the same everywhere. */
function shortened(row, index) {
  const field = row.fields[index] ?? '';
  return index === 0 && log.day ? field.slice(log.day.length + 1) : field;
}
$('filter').addEventListener('input', () => { if (file) showLog(false); });

/* ---- the shell ---- */

const input = $('line');
const history = [];
let recalled = null;
let draft = '';
let completion = null;
let leaving = false;
let sending = false;

// Whoever reads the last lines goes on to, also where the screen becomes smaller.
let atEnd = true;
$('screen').addEventListener('scroll', ({ target }) => {
  atEnd = target.scrollTop + target.clientHeight >= target.scrollHeight - 30;
});
new ResizeObserver(() => { if (atEnd) $('screen').scrollTop = $('screen').scrollHeight; }).observe($('screen'));

const told = { error: 'error: ', warning: '', question: 'question: ', answer: 'answer: ', note: '' };

function addLine({ kind, text, prompt }) {
  const line = el('div', { class: `line ${kind}` });
  if (kind === 'input') line.append(el('span', { class: 'at' }, prompt ?? ''), text);
  else if (kind === 'warning') line.append(`WARNING: ${text}`);
  else if (kind === 'note') line.append(`— ${text}`);
  else if (kind === 'answer') line.append(`> ${text}`);
  else line.append(...(told[kind] ? [el('span', { class: 'hidden' }, told[kind])] : []), text);
  $('lines').append(line);
  while ($('lines').childElementCount > 4000) $('lines').firstElementChild.remove();
  if (kind === 'input') atEnd = true;
  if (atEnd) $('screen').scrollTop = $('screen').scrollHeight;
}

function showLines(lines) {
  for (const line of lines) {
    if (line.number <= lastLine) continue;
    lastLine = line.number;
    if (line.kind === 'input' && history.at(-1) !== line.text) history.push(line.text);
    addLine(line);
  }
}

function showPrompt() {
  const asked = status.question != null;
  const text = asked ? 'answer:' : view?.prompt.trimEnd() ?? '';
  if ($('prompt').textContent !== text) $('prompt').textContent = text;
  input.readOnly = status.closed != null || (status.busy && !asked);
}

function set(text, caret = text.length) {
  input.value = text;
  input.setSelectionRange(caret, caret);
  grow();
}

function grow() {
  input.rows = Math.min(12, input.value.split('\n').length);
}

async function submit() {
  if (input.readOnly || sending) return;
  const text = input.value;
  forget();
  recalled = null;
  sending = true;
  try {
    if (status.question != null) {
      await ask('answer', { line: text });
      set('');
    } else if (text.trim() !== '') {
      const { incomplete } = await ask('run', { line: text });
      set(incomplete ? `${text}\n` : '');
      if (incomplete) announce('The command goes on: type its next line.');
    }
  } catch (error) {
    complain(error);
  } finally {
    sending = false;
  }
}

/** As often as there is nothing else to say there. */
const announce = (...what) => $('candidates').replaceChildren(...what);

function forget() {
  completion = null;
  announce();
}

const octets = text => new TextEncoder().encode(text).length;

async function complete(by) {
  if (!completion) {
    const { value: text, selectionStart: caret } = input;
    const { start, candidates } = await ask('complete', { line: text, cursor: octets(text.slice(0, caret)) });
    if (input.value !== text || input.selectionStart !== caret) return;
    if (candidates.length === 0) return announce('Nothing fits here.');
    const before = new TextDecoder().decode(new TextEncoder().encode(text).slice(0, start));
    completion = { before, after: text.slice(caret), candidates, index: by > 0 ? -1 : 0 };
  }
  const { before, after, candidates } = completion;
  completion.index = (completion.index + by + candidates.length) % candidates.length;
  const chosen = candidates[completion.index];
  set(before + chosen + after, (before + chosen).length);
  if (candidates.length === 1) return forget();
  announce(`${completion.index + 1} of ${candidates.length}: `,
    ...candidates.flatMap((one, index) => [index === completion.index ? el('b', {}, one) : one, '  ']));
}

function recall(by) {
  if (recalled == null) { recalled = history.length; draft = input.value; }
  const next = recalled + by;
  if (next < 0 || next > history.length) return;
  recalled = next;
  set(next === history.length ? draft : history[next]);
}

input.addEventListener('keydown', event => {
  const { key, shiftKey, ctrlKey, altKey } = event;
  const before = input.value.slice(0, input.selectionStart);
  const after = input.value.slice(input.selectionEnd);
  if (key === 'Tab' && !ctrlKey && !altKey && !leaving && status.question == null
    && (completion || (input.value.trim() !== '' && !shiftKey))) {
    event.preventDefault();
    complete(shiftKey ? -1 : 1).catch(complain);
    return;
  }
  leaving = key === 'Escape' || (leaving && (key === 'Tab' || key === 'Shift'));
  if (key === 'Tab' || key === 'Shift') return;
  forget();
  if (key === 'Enter' && !shiftKey && !event.isComposing) {
    event.preventDefault();
    submit();
  } else if (key === 'ArrowUp' && !before.includes('\n') && !shiftKey) {
    event.preventDefault();
    recall(-1);
  } else if (key === 'ArrowDown' && !after.includes('\n') && !shiftKey) {
    event.preventDefault();
    recall(1);
  } else if (key.toLowerCase() === 'c' && ctrlKey && input.selectionStart === input.selectionEnd) {
    event.preventDefault();
    recalled = null;
    set('');
  } else if (key.toLowerCase() === 'l' && ctrlKey) {
    event.preventDefault();
    $('lines').replaceChildren();
  }
});
input.addEventListener('blur', () => { leaving = false; });
input.addEventListener('input', () => { forget(); grow(); });
$('prompt-form').addEventListener('submit', event => { event.preventDefault(); submit(); });
// Who clicks on the screen, and marks nothing, wants to type.
$('screen').addEventListener('click', () => { if (!String(getSelection())) input.focus(); });

/* ---- how high the shell is ---- */

function divide(percent) {
  const shell = Math.round(Math.min(85, Math.max(15, percent)));
  $('main').style.setProperty('--shell', `${shell}%`);
  $('divider').setAttribute('aria-valuenow', shell);
}
$('divider').addEventListener('keydown', event => {
  const by = { ArrowUp: 5, ArrowDown: -5 }[event.key];
  if (!by) return;
  event.preventDefault();
  divide(Number($('divider').getAttribute('aria-valuenow')) + by);
});
$('divider').addEventListener('pointerdown', event => {
  $('divider').setPointerCapture(event.pointerId);
  $('divider').onpointermove = moved => {
    const { top, height } = $('main').getBoundingClientRect();
    divide(100 - 100 * (moved.clientY - top) / height);
  };
});
$('divider').addEventListener('pointerup', () => { $('divider').onpointermove = null; });

connect();
