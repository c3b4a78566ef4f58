// The trainer's page. Names are whatever somebody typed, and are set as text.

const $ = id => document.getElementById(id);

function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value != null) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

async function post(path, body) {
  const answer = await fetch(path, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
  });
  if (!answer.ok) $('connection').textContent = (await answer.json()).error;
}

$('start').addEventListener('click', () => post('start', {}));
$('extend').addEventListener('click', () => post('extend', { minutes: 10 }));
$('stop').addEventListener('click', () => post('stop', {}));

let latest = null;
let source = null;

function connect() {
  source = new EventSource('events');
  source.addEventListener('class', event => { latest = JSON.parse(event.data); show(); });
  source.onopen = () => { $('connection').textContent = ''; };
  source.onerror = () => {
    $('connection').textContent = source.readyState === EventSource.CLOSED
      ? 'The class has ended: what is here is how it was.' : 'The class cannot be reached; trying again.';
  };
}

const phases = {
  before: ['', 'not begun'], running: ['good', '▶ running'], over: ['warn', '■ over'],
};

const duration = seconds => seconds == null ? ''
  : `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;

function gradeOf({ grade, began }) {
  if (!grade) return ['', began == null ? '– not begun' : '… looking'];
  if (grade.solved) return ['good', '✓ solved'];
  return grade.mail_flows ? ['warn', '! mail flows, policy broken'] : ['bad', '✕ mail does not flow'];
}

const ago = at => at == null ? '' : `${duration(Math.max(0, Date.now() - at) / 1000)} ago`;

function show() {
  const { phase, failed, trainees } = latest;
  const [kind, text] = phases[phase];
  $('phase').className = `state ${kind}`;
  if ($('phase').textContent !== text) $('phase').textContent = text;
  const solved = trainees.filter(one => one.grade?.solved).length;
  $('tally').textContent = `${solved} of ${trainees.length} solved, ${trainees.filter(one => one.here).length} have it in view`;
  $('start').disabled = phase === 'running';
  $('start').textContent = phase === 'over' ? `go on for ${latest.minutes} minutes` : `start, for ${latest.minutes} minutes`;
  $('stop').disabled = phase !== 'running';
  $('extend').disabled = phase === 'before';
  $('failed').replaceChildren(...failed.map(why => el('p', { class: 'policy' }, why)));
  const focused = document.activeElement?.dataset.token;
  $('rows').replaceChildren(...trainees.map(one => {
    const [grade, words] = gradeOf(one);
    const policy = one.grade?.policy_broken.join('; ') ?? '';
    return el('tr', {},
      el('td', { class: 'number' }, String(one.number)), el('td', {}, one.name || '–'),
      el('td', {}, el('span', { class: `mark ${grade}` }, words), policy ? el('div', { class: 'quiet' }, policy) : ''),
      el('td', { class: 'number mono' }, duration(one.seconds_to_solved)),
      el('td', { class: 'number' }, String(one.hints)), el('td', { class: 'number' }, String(one.commands)),
      el('td', { 'data-at': one.last_command ?? '' }, ago(one.last_command)), el('td', {}, one.here ? '● in view' : '○ not in view'),
      el('td', { class: 'number mono' }, String(one.seed)),
      el('td', { class: 'mono' }, el('a', { href: `../${one.token}/`, target: '_blank', rel: 'noreferrer', 'data-token': one.token },
        `open the lab of trainee ${one.number}`)));
  }));
  if (focused) document.querySelector(`[data-token="${CSS.escape(focused)}"]`)?.focus();
  tick();
}

function tick() {
  if (!latest) return;
  $('left').textContent = latest.ends == null ? '' : `${duration(Math.max(0, latest.ends - Date.now()) / 1000)} left`;
  for (const cell of document.querySelectorAll('[data-at]')) {
    if (cell.dataset.at) cell.textContent = ago(Number(cell.dataset.at));
  }
}
setInterval(tick, 1000);
connect();
