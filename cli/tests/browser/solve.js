// From the ticket to solved, by the keyboard.
'use strict';

const { browse, main } = require('./page.js');

const [, , url] = process.argv;

main(() => browse(url, async (page, steps) => {
  await steps.text('#ticket-subject', 'does not reach mailboxes on-premises');
  await steps.text('#state', '✕ mail does not flow');
  await steps.text('#sends', 'cloud to hybrid.contoso.test: has to wait');
  await steps.text('#topology', '✕ broken');
  await steps.look('1-ticket');

  // The first key leads to the shell.
  await steps.press('Tab', 'Enter');
  if (await steps.focused() !== 'line') throw new Error(`the skip link leads to ${await steps.focused()}`);

  await steps.type('Get-MessageTrace | Get-MessageTraceDetail | fl');
  await steps.text('#lines', 'SubjectMismatch');
  await steps.type('Get-Nonsense');
  await steps.text('#lines .error', "The term 'Get-Nonsense' is not recognized");

  // What was typed comes back; so does what was typed before.
  await steps.press('ArrowUp');
  await steps.press('ArrowUp');
  if (!await page.$eval('#line', line => line.value.startsWith('Get-MessageTrace'))) throw new Error('no history');
  await steps.press('ArrowDown', 'ArrowDown');
  if (await page.$eval('#line', line => line.value) !== '') throw new Error('the history has no end');

  // Tab knows the cmdlets.
  await page.keyboard.type('Get-ReceiveC');
  await steps.press('Tab');
  await page.waitForFunction(() => document.querySelector('#line').value.trim() === 'Get-ReceiveConnector');
  await page.keyboard.down('Control');
  await steps.press('c');
  await page.keyboard.up('Control');

  // An open brace goes on in the next line, and is given up.
  await page.keyboard.type('Get-Queue | where {');
  await steps.press('Enter');
  await steps.text('#candidates', 'type its next line');
  await page.keyboard.down('Control');
  await steps.press('c');
  await page.keyboard.up('Control');
  if (await page.$eval('#line', line => line.value) !== '') throw new Error('Ctrl+C takes nothing back');

  await steps.view('trace');
  await page.focus('#trace-rows .opens');
  await steps.press('Enter');
  await steps.text('#trace-rows tr.detail', 'SubjectMismatch');
  await steps.look('2-trace');

  await steps.view('logs');
  await page.focus('#files button');
  await steps.press('Enter');
  await steps.text('#log-name', 'RECV');
  await page.waitForSelector('#log-rows .opens');
  await page.type('#filter', 'CN=SERVER1');
  await steps.text('#log-count', ' of ');
  await page.focus('#log-rows .opens');
  await steps.press('Enter');
  await page.waitForSelector('#log-rows .meaning p');
  await steps.look('3-log');

  await page.focus('#hint');
  await steps.press('Enter');
  await steps.text('#hints-count', '1 of 4 open');

  // The short way, which is none.
  await steps.type('Set-OutboundConnector "Outbound to on-premises" -TlsSettings EncryptionOnly');
  await steps.text('#state', '! mail flows, policy broken');
  await page.waitForSelector('.policy li');
  await steps.view('flow');
  await steps.look('4-policy-broken');
  await steps.type('Set-OutboundConnector "Outbound to on-premises" -TlsSettings DomainValidation -TlsDomain hybrid.contoso.test');
  await steps.text('#state', '✕ mail does not flow');

  await steps.type('$TLSCert = Get-ExchangeCertificate | ? {$_.CertificateDomains -contains "hybrid.contoso.test"}');
  await steps.type('$TLSCertName = "<I>$($TLSCert.Issuer)<S>$($TLSCert.Subject)"');
  await steps.type('Set-ReceiveConnector "SERVER1\\Default Frontend SERVER1" -TlsCertificateName $TLSCertName');
  await steps.type('Restart-Service MSExchangeFrontEndTransport');
  await steps.text('#state', '✓ solved');
  await page.waitForSelector('#done:not([hidden])');

  // What waits is tried again, and arrives.
  await page.focus('#wait-next');
  await steps.press('Enter');
  await steps.text('#topology', '✓ taken');
  await steps.view('messages');
  await page.waitForFunction(() => !document.querySelector('#message-rows').textContent.includes('… waits'));
  await steps.view('flow');
  await steps.look('5-solved');

  // A page that is opened anew shows it all again.
  await page.reload();
  await steps.text('#state', '✓ solved');
  await steps.text('#lines', 'SubjectMismatch');

  // What others wrote is text, whatever it looks like.
  await steps.type('"<img src=x onerror=alert(1)><script>alert(2)</script>"');
  await steps.text('#lines', '<img src=x onerror=alert(1)>');
  if (await page.$('#lines img, #lines script')) throw new Error('a line became markup');
}));
