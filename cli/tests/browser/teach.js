// A class of two: the trainer begins, a trainee solves, the trainer ends it.
'use strict';

const { browse, main } = require('./page.js');

const [, , trainer, trainee, other] = process.argv;

main(() => browse(trainer, async (page, steps) => {
  await steps.text('#phase', 'not begun');
  await steps.look('6-class-before');

  const theirs = await page.browser().newPage();
  await theirs.goto(trainee);
  await theirs.waitForFunction(() => document.querySelector('#shell-state').textContent === 'the trainer has not begun');
  await theirs.type('#name', 'Erin <b>O\'Neil</b>');
  await theirs.focus('#name-form button');
  await theirs.keyboard.press('Enter');

  await page.bringToFront();
  await steps.text('#rows', 'Erin <b>O\'Neil</b>');
  await page.focus('#start');
  await steps.press('Enter');
  await steps.text('#phase', '▶ running');
  await steps.text('#rows', '✕ mail does not flow');

  await theirs.bringToFront();
  await theirs.waitForFunction(() => document.querySelector('#shell-state').textContent === '');
  await theirs.focus('#line');
  await theirs.keyboard.type('Get-ExchangeServer');
  await theirs.keyboard.press('Enter');

  // Another has other names.
  const third = await page.browser().newPage();
  await third.goto(other);
  await third.waitForFunction(() => document.querySelector('#topology').textContent !== '');
  const [one, two] = await Promise.all([theirs, third].map(page => page.$eval('#lab-name', name => name.textContent)));
  if (one === two) throw new Error(`both are ${one}`);

  await page.bringToFront();
  await page.waitForFunction(() => document.querySelector('#rows td:nth-child(6)').textContent === '1');
  await steps.look('7-class-running');
  await page.focus('#extend');
  await steps.press('Enter');
  await page.waitForFunction(() => parseInt(document.querySelector('#left').textContent, 10) > 50);
  await page.focus('#stop');
  await steps.press('Enter');
  await steps.text('#phase', '■ over');

  await theirs.bringToFront();
  await theirs.waitForFunction(() => document.querySelector('#shell-state').textContent === 'the trainer has ended it');
}));
