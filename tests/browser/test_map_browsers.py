"""The map in Firefox and in WebKit where they are installed, and what a browser sees that cannot draw it.

Both are spoken to in the words of WebDriver. Playwright drives builds of its own of these two, and Firefox' program for WebDriver is in
no registry; but Firefox itself answers WebDriver's commands on a socket (Marionette), and WebKitGTK brings its driver.
"""

import base64
import io
import json
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
import requests
from PIL import Image

from bordergis.words import LANGUAGES, words_for

pytestmark = pytest.mark.browser

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # so the standard names it
PATIENCE_S = 20
LEFT, HOME, ENTER = "\ue012", "\ue011", "\ue007"
SAID_IN_FIREFOX = """
const ofAPage = (m) => m instanceof Ci.nsIScriptError && (m.innerWindowID || m.sourceName.startsWith('file:'))
  && !/^(chrome|resource):/.test(m.sourceName);
return Services.console.getMessageArray().filter(ofAPage).map((m) => m.errorMessage);
"""
HEAR_IN_WEBKIT = """
const heard = window.heard = [];
addEventListener('error', ({message}) => heard.push(message));
addEventListener('unhandledrejection', ({reason}) => heard.push(String(reason)));
addEventListener('securitypolicyviolation', ({effectiveDirective}) => heard.push(effectiveDirective));
"""
SIZE_IN_FIREFOX = """
const {style} = gBrowser.selectedBrowser;
['width', 'height'].forEach((side, i) => ['', 'min-', 'max-'].forEach((limit) => style.setProperty(limit + side, `${arguments[i]}px`)));
"""


def wait_for(what, ask):
    """Ask until the answer is yes."""
    end = time.monotonic() + PATIENCE_S
    while not (answer := ask()):
        if time.monotonic() > end:
            message = f"waited {PATIENCE_S} s for {what}"
            raise TimeoutError(message)
        time.sleep(0.02)
    return answer


def stop(program):
    program.terminate()
    program.wait(PATIENCE_S)


class Browser:
    """What both do alike; each has its way to ``call`` a command."""

    def go(self, path, link=""):
        self.load("about:blank")
        self.load(path.as_uri() + link)
        wait_for("the map to be drawn", lambda: self.run("return document.documentElement.dataset.bgReady"))

    def load(self, address):
        self.call("Navigate", url=address)

    def run(self, script, *given):
        return self.call("ExecuteScript", script=script, args=list(given))

    def read(self, expression):
        return self.run(f"return {expression}")

    def _found(self, css):
        return self.call("FindElement", using="css selector", value=css)[ELEMENT]

    def click(self, css):
        self.call("ElementClick", id=self._found(css))

    def press(self, css, text):
        self.call("ElementSendKeys", id=self._found(css), text=text)

    def picture(self):
        png = base64.b64decode(self.call("TakeScreenshot"))
        return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


class Firefox(Browser):
    """Firefox without a window, its socket on a port that it chooses."""

    @staticmethod
    def lacks():
        return None if Firefox.program() else "Firefox: install the package `firefox-esr`, or name its program in the variable FIREFOX"

    @staticmethod
    def program():
        return os.environ.get("FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox")

    def __init__(self, folder):
        (folder / "user.js").write_text('user_pref("marionette.port", 0);\n', encoding="utf-8")
        arguments = ["--headless", "--no-remote", "--marionette", "--remote-allow-system-access", "--profile", str(folder)]
        with (folder / "said").open("w") as said:
            self.program = subprocess.Popen([self.program(), *arguments], stdout=said, stderr=said, env={**os.environ, "HOME": str(folder)})
        port = folder / "MarionetteActivePort"
        number = wait_for("Firefox to start", lambda: port.exists() and port.read_text(encoding="utf-8"))
        self.socket = socket.create_connection(("127.0.0.1", int(number)), timeout=PATIENCE_S)
        self.answers = self.socket.makefile("rb")
        self._answer()
        self.call("NewSession")

    def _answer(self):
        length = b"".join(iter(lambda: self.answers.read(1), b":"))
        return json.loads(self.answers.read(int(length)))

    def call(self, command, family="WebDriver", **given):
        message = json.dumps([0, 1, f"{family}:{command}", given]).encode()
        self.socket.sendall(b"%d:%s" % (len(message), message))
        _, _, error, answer = self._answer()
        assert error is None, error
        return answer.get("value", answer)

    def _inside(self, script, *given):
        """Run a script with the rights of the browser itself."""
        self.call("SetContext", family="Marionette", value="chrome")
        try:
            return self.run(script, *given)
        finally:
            self.call("SetContext", family="Marionette", value="content")

    def resize(self, width, height):
        self.call("SetWindowRect", width=width + 200, height=height + 300)
        self._inside(SIZE_IN_FIREFOX, width, height)

    def said(self):
        return self._inside(SAID_IN_FIREFOX)

    def end(self):
        self.answers.close()
        self.socket.close()
        stop(self.program)


class WebKit(Browser):
    """WebKitGTK's small browser on a screen that nobody sees."""

    COMMANDS = {  # noqa: RUF012  never written to
        "NewSession": "/session",
        "Navigate": "/url",
        "ExecuteScript": "/execute/sync",
        "FindElement": "/element",
        "ElementClick": "/element/{id}/click",
        "ElementSendKeys": "/element/{id}/value",
        "SetWindowRect": "/window/rect",
    }
    QUESTIONS = {"TakeScreenshot": "/screenshot", "GetWindowRect": "/window/rect"}  # noqa: RUF012

    @staticmethod
    def lacks():
        there = shutil.which("WebKitWebDriver") and shutil.which("Xvfb") and WebKit.program()
        return None if there else "WebKit: install the packages `webkit2gtk-driver` and `xvfb`"

    @staticmethod
    def program():
        return next(Path("/usr").glob("lib*/**/webkit2gtk-4.*/MiniBrowser"), None)

    def __init__(self, folder):
        self.screen, display = self._screen()
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.driver = subprocess.Popen(
            [shutil.which("WebKitWebDriver"), f"--port={port}"],
            env={**os.environ, "DISPLAY": display, "GDK_BACKEND": "x11", "HOME": str(folder), "LIBGL_ALWAYS_SOFTWARE": "1"},
        )
        self.address = f"http://127.0.0.1:{port}"
        wait_for("WebKit's driver to start", self._answers)
        how = {"binary": str(self.program()), "args": ["--automation"]}
        made = self.call("NewSession", capabilities={"alwaysMatch": {"webkitgtk:browserOptions": how}})
        self.address += f"/session/{made['sessionId']}"
        self.heard = []

    @staticmethod
    def _screen():
        ours, theirs = os.pipe()
        program = subprocess.Popen(
            [shutil.which("Xvfb"), "-displayfd", str(theirs), "-screen", "0", "1600x1200x24", "-nolisten", "tcp"],
            pass_fds=[theirs],
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs)
        with os.fdopen(ours) as number:
            return program, f":{number.readline().strip()}"

    def _answers(self):
        try:
            return requests.get(f"{self.address}/status", timeout=PATIENCE_S).ok
        except requests.ConnectionError:
            return False

    def call(self, command, **given):
        if command in self.QUESTIONS:
            reply = requests.get(self.address + self.QUESTIONS[command], timeout=PATIENCE_S)
        else:
            path = self.COMMANDS[command].format(id=given.pop("id", ""))
            reply = requests.post(self.address + path, json=given, timeout=PATIENCE_S)
        assert reply.ok, reply.text
        return reply.json()["value"]

    def resize(self, width, height):
        """Give the page this size, as far as the window goes: its buttons need 447 pixels."""
        self.call("SetWindowRect", width=width, height=height)
        window = self.call("GetWindowRect")
        inner = self.read("[innerWidth, innerHeight]")
        self.call("SetWindowRect", width=window["width"] + width - inner[0], height=window["height"] + height - inner[1])

    def said(self):
        return self.heard + self.read("window.heard ?? []")

    def load(self, address):
        """The driver tells nothing of the console: from here on the page's own events are listened to; guard.js shows what was before."""
        self.heard = self.said()
        super().load(address)
        self.run(HEAR_IN_WEBKIT)

    def end(self):
        requests.delete(self.address, timeout=PATIENCE_S)
        stop(self.driver)
        stop(self.screen)


# --- the map in them ----------------------------------------------------------------------------------------------------


KINDS = {"firefox": Firefox, "webkit": WebKit}
WIDE, PHONE = (1280, 800), (360, 640)
VERMILION = (213, 94, 0)  # what is closed, in the colours of style.py
VALUES = "bordergis.page.state.values"
LINES_OF_THE_PICTURE = """(() => {
    const [lines, own] = [[], CanvasRenderingContext2D.prototype.fillText];
    CanvasRenderingContext2D.prototype.fillText = function (text, ...at) { lines.push(text); own.call(this, text, ...at); };
    bordergis.page.picture.sheet();
    return lines;
})()"""
KEEP_THE_PICTURE = """
const reader = new FileReader();
reader.onload = () => { window.made = reader.result; };
URL.createObjectURL = (blob) => { reader.readAsDataURL(blob); return '#'; };
"""


@pytest.fixture(scope="module", params=KINDS)
def browser(request, tmp_path_factory):
    kind = KINDS[request.param]
    if why := kind.lacks():
        pytest.skip(f"There is no {why}.")
    opened = kind(tmp_path_factory.mktemp(request.param))
    yield opened
    opened.end()


@pytest.fixture
def page(browser, map_file):
    """The map, fresh; when the test is over, nothing was asked for and nothing was said on the console."""
    before = len(browser.said())
    browser.resize(*WIDE)
    browser.go(map_file)
    yield browser
    asked = browser.read("performance.getEntriesByType('resource').map(({name}) => name).filter((name) => !/^(data|blob):/.test(name))")
    assert (asked, browser.said()[before:]) == ([], [])


def counted(page, layer):
    return page.run("return bordergis.canvas.counts(bordergis.layers.find(({id}) => id === arguments[0])).n", layer)


def painted(pixels):
    """How many pixels have the colour of what is closed."""
    return int((np.abs(pixels.astype(int) - VERMILION).max(axis=2) < 8).sum())


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_the_map_is_drawn_and_fits(page, size, map_file, situation):
    page.resize(*size)
    page.go(map_file)
    assert painted(page.picture()) > 300
    assert page.read("document.documentElement.scrollWidth <= innerWidth")
    assert page.read("[...document.querySelectorAll('.bg-alert')].every((told) => told.hidden)")
    assert counted(page, "checkpoints") == len(situation.checkpoints)


def test_a_khmer_name_is_found_by_keyboard(page):
    page.press("#bg-search-text", "ប៉ោយប៉ែត")
    wait_for("what is found", lambda: page.read("document.querySelectorAll('#bg-search-list [role=option]').length"))
    page.press("#bg-search-text", ENTER)
    assert "Poipet" in page.read("document.getElementById('bg-page-details').innerText")
    wait_for("the place to be shown", lambda: page.read("bordergis.map.getZoom()") >= 11)


def test_days_and_languages_are_changed(page):
    last = page.read(f"{VALUES}.day")
    page.press("#bg-day", LEFT)
    assert page.read(f"{VALUES}.day") == last - 1
    n = counted(page, "incidents")
    page.press("#bg-day", HOME)
    assert page.read(f"{VALUES}.day") == page.read("bordergis.days.first")
    assert counted(page, "incidents") < n
    for language in ("km", "th"):
        page.click(f"#bg-language option[value={language}]")
        assert page.read("document.documentElement.lang") == language
        assert page.read("document.getElementById('bg-tab-layers').innerText") == words_for(language)["ui.layers"]


def test_a_layer_is_taken_off_and_two_days_are_compared(page):
    page.run("bordergis.page.layers.forEach((one) => bordergis.page.toggle(one, one.id === 'checkpoints'))")
    before = painted(page.picture())
    page.click("#bg-layer-checkpoints")
    assert painted(page.picture()) < before
    page.click("#bg-do-compare")
    assert page.read("document.getElementById('bg-map-other').getBoundingClientRect().width") > 100
    page.click("#bg-tab-sources")
    assert page.read("document.getElementById('bg-page-sources').hidden") is False


def test_a_distance_is_measured_and_the_link_brings_the_view_back(page, map_file):
    page.click("#bg-do-measure")
    page.run("[[13.5, 102.5], [13.5, 103.5]].forEach(([lat, lng]) => bordergis.map.fire('click', {latlng: L.latLng(lat, lng)}))")
    assert page.read("parseFloat(document.getElementById('bg-length').value)") == pytest.approx(108.3, abs=0.1)
    page.run("bordergis.map.setView([14.3, 103.2], 9, {animate: false})")
    page.press("#bg-day", LEFT)
    page.click("#bg-do-link")
    wait_for("the word on the link", lambda: page.read("document.getElementById('bg-live').innerText"))
    link, day = page.read("location.hash"), page.read(f"{VALUES}.day")
    page.go(map_file, link)
    assert page.read("[bordergis.map.getCenter().lat, bordergis.map.getCenter().lng]") == pytest.approx([14.3, 103.2], abs=0.01)
    assert page.read(f"{VALUES}.day") == day


def test_a_picture_and_a_sheet_are_made(page):
    page.run(KEEP_THE_PICTURE)
    page.click("#bg-do-picture")
    made = wait_for("the picture", lambda: page.read("window.made"))
    picture = Image.open(io.BytesIO(base64.b64decode(made.partition(",")[2]))).convert("RGB")
    assert picture.width > 1000
    assert painted(np.asarray(picture)) > 300
    page.run("dispatchEvent(new Event('beforeprint'))")
    assert page.read("document.querySelector('#bg-print > img').naturalWidth") > 1000
    assert words_for("en")["page.disclaimer"] in page.read("document.getElementById('bg-print').textContent")


def test_a_script_that_is_not_the_pages_is_refused_and_the_console_is_heard(browser, map_file):
    browser.go(map_file)
    before = len(browser.said())
    browser.run("const s = document.createElement('script'); s.textContent = 'window.foreign = 1'; document.body.append(s);")
    browser.run("setTimeout(() => { throw new Error('of a test'); })")
    told = wait_for("two messages", lambda: len(browser.said()) >= before + 2 and "\n".join(browser.said()[before:]))
    assert browser.read("typeof window.foreign") == "undefined"
    assert "script-src" in told
    assert "rror" in told  # WebKit keeps to itself what was wrong


# --- browsers that cannot draw it, played by Chromium ----------------------------------------------------------------------


@pytest.mark.parametrize("lacking", ["scripts", "delete window.DecompressionStream", "delete Object.hasOwn"])
def test_a_browser_that_is_too_old_says_so_in_every_language_and_shows_no_empty_map(chromium, map_file, lacking):
    context = chromium.new_context(java_script_enabled=lacking != "scripts")
    tab = context.new_page()
    tab.add_init_script(lacking)
    tab.goto(map_file.as_uri())
    told = tab.locator("#bg-old")
    assert told.is_visible()
    for language in LANGUAGES:
        assert told.locator(f"[lang={language}]").inner_text() == words_for(language)["page.old_browser"]
    assert tab.locator("#bg-page").is_hidden()
    assert tab.locator("noscript").count() == 1
    context.close()


def test_a_script_that_breaks_before_the_map_is_there_is_told(chromium, map_file):
    context = chromium.new_context()
    tab = context.new_page()
    tab.add_init_script("window.ResizeObserver = undefined")
    tab.goto(map_file.as_uri())
    assert "ResizeObserver" in tab.inner_text("#bg-failed")
    assert tab.locator("#bg-old").is_hidden()
    assert tab.locator("#bg-page").is_hidden()
    context.close()


def test_a_picture_is_made_where_the_browser_does_not_know_the_words_of_khmer(open_map, map_file):
    """Firefox before 125, which is all that some old systems have: lines break between letters instead, and stay on the sheet."""
    tab = open_map(map_file, PHONE)
    tab.page.evaluate("delete Intl.Segmenter")
    tab.page.select_option("#bg-language", "km")
    lines = tab.page.evaluate(LINES_OF_THE_PICTURE)
    whole = words_for("km")["page.disclaimer"]
    pieces = [text.strip() for text in lines if len(text) > 20 and text.strip() in whole]
    assert len(pieces) >= 2
    assert "".join(whole.split()) == "".join("".join(pieces).split())
    assert tab.said == []
