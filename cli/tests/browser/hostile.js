// A lab whose names and texts are markup: all of it is shown, none of it becomes part of the page.
'use strict';

const { browse, main } = require('./page.js');

const [, , url] = process.argv;

main(() => browse(url, async (page, steps) => {
  await steps.text('#ticket-text', '<img src=x');
  await steps.text('#topology', '<img src=x');
  for (const view of ['flow', 'trace', 'queues', 'messages']) {
    await steps.view(view);
    for (const row of await page.$$(`#${view} .opens`)) await row.click();
  }
  await steps.text('#trace-rows', '<script>alert(2)');
  await steps.text('#message-rows pre', '<img src=x');
  await steps.view('logs');
  await page.click('#files button');
  await page.waitForSelector('#log-rows .opens');
  await page.click('#log-rows .opens');
  await page.waitForSelector('#log-rows .meaning p');
  await steps.type('hostile');
  await steps.text('#lines', '<img src=x');

  // A question is asked and answered where lines are typed; a command that fails leaves the shell usable.
  await page.focus('#line');
  await page.keyboard.type('ask');
  await steps.press('Enter');
  await steps.text('#prompt', 'answer:');
  await page.keyboard.type('n');
  await steps.press('Enter');
  await steps.text('#lines', 'answered: Some("n")');
  await steps.type('panic');
  await steps.text('#lines', 'the lab broke down over this');

  // Tab completes and goes through what fits; Escape and Tab leave.
  await page.focus('#line');
  await page.keyboard.type('get-e');
  await steps.press('Tab');
  await steps.text('#candidates', '1 of 2: Get-ExchangeCertificate');
  await steps.press('Tab');
  await steps.text('#candidates', '2 of 2');
  if (await page.$eval('#line', line => line.value) !== 'Get-EventLog') throw new Error('Tab does not go on');
  await steps.press('Escape', 'Tab');
  if (await steps.focused() === 'line') throw new Error('the keyboard is caught in the shell');

  const markup = await page.evaluate(() => document.querySelectorAll('img, body script').length);
  if (markup) throw new Error(`${markup} elements came out of texts`);
}));
