// A browser for a test: chromium by puppeteer-core, with what all tests ask of a page.
'use strict';

const fs = require('fs');
const path = require('path');

const modules = process.env.MAILFAULT_NODE_MODULES;
const puppeteer = require(path.join(modules, 'puppeteer-core'));
const axe = fs.readFileSync(path.join(modules, 'axe-core', 'axe.min.js'), 'utf8');

/** Longer than anything takes on a slow machine; what reaches it has failed. */
const PATIENCE = 60000;

/** Runs `test` with a page at the address; whatever the page complains of is a failure. */
async function browse(url, test) {
  const browser = await puppeteer.launch({
    executablePath: process.env.MAILFAULT_CHROMIUM,
    // Root has no sandbox, and the page is our own.
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE);
    const complaints = [];
    page.on('pageerror', error => complaints.push(`error: ${error.message}`));
    page.on('console', message => {
      if (['error', 'warn'].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
    });
    page.on('request', request => {
      if (!request.url().startsWith(new URL(url).origin)) complaints.push(`asks elsewhere: ${request.url()}`);
    });
    page.on('dialog', dialog => { complaints.push(`a dialog: ${dialog.message()}`); dialog.dismiss(); });
    await page.setViewport({ width: 1280, height: 800 });
    await page.goto(url);
    await test(page, new Steps(page));
    if (complaints.length) throw new Error(`the page complains:\n${complaints.join('\n')}`);
  } finally {
    await browser.close();
  }
}

class Steps {
  constructor(page) {
    this.page = page;
    this.shots = process.env.MAILFAULT_SCREENSHOTS;
  }

  /** Waits until an element has this text. */
  async text(selector, wanted) {
    try {
      await this.page.waitForFunction(
        (selector, wanted) => document.querySelector(selector)?.textContent.includes(wanted), {}, selector, wanted);
    } catch {
      const is = await this.page.evaluate(selector => document.querySelector(selector)?.textContent, selector);
      throw new Error(`${selector} should have "${wanted}" and is "${is}"`);
    }
  }

  async press(...keys) {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Where the keyboard is. */
  focused() {
    return this.page.evaluate(() => {
      const { id, className, textContent } = document.activeElement;
      return id || className || textContent;
    });
  }

  /** Types a line into the shell, and waits until it has been run. */
  async type(line) {
    const before = await this.done();
    await this.page.focus('#line');
    await this.page.keyboard.type(line);
    await this.press('Enter');
    await this.page.waitForFunction(before => document.querySelector('#shell').dataset.done > before, {}, before);
  }

  done() {
    return this.page.evaluate(() => Number(document.querySelector('#shell').dataset.done));
  }

  /** Goes to a view by the keyboard. */
  async view(name) {
    await this.page.focus('[role=tab][aria-selected=true]');
    for (let turns = 0; turns < 5 && await this.focused() !== `tab-${name}`; turns++) await this.press('ArrowRight');
    await this.page.waitForSelector(`#${name}:not([hidden])`);
  }

  /** No serious finding of axe in any size and scheme, nothing wider than the screen; with pictures if they are wanted. */
  async look(name) {
    for (const [size, width, height] of [['', 1280, 800], ['-wide', 1920, 1080], ['-narrow', 400, 860]]) {
      for (const scheme of ['light', 'dark']) {
        await this.page.setViewport({ width, height });
        await this.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
        if (this.shots) {
          const path = `${this.shots}/${name}${size}-${scheme}.png`;
          await this.page.screenshot({ path, fullPage: width < 500 });
        }
        await this.page.evaluate(axe);
        const { violations } = await this.page.evaluate(() => axe.run());
        const serious = violations.filter(one => ['serious', 'critical'].includes(one.impact));
        const told = serious.map(one => `${one.id}: ${one.nodes.map(node => node.html).join('\n  ')}`);
        if (told.length) throw new Error(`axe, ${name}${size} ${scheme}:\n${told.join('\n')}`);
        const wide = await this.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (wide > 0) throw new Error(`${name}${size} is ${wide} pixels wider than the screen`);
      }
    }
    await this.page.setViewport({ width: 1280, height: 800 });
  }
}

/** What the test says of a failure, and its exit code. */
function main(test) {
  test().catch(error => {
    console.error(error.message);
    process.exit(1);
  });
}

module.exports = { browse, main };
