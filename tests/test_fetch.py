"""Fetching from a real server on this machine: what arrives whole is kept, anything else changes nothing."""

from __future__ import annotations

import functools
import hashlib
import io
import re
import socket
import subprocess
import sys
import threading
import time
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pandas as pd
import pytest
from filelock import FileLock

import bordergis as bg
from bordergis import datasets
from bordergis.errors import DataMissingError, FetchError, UnknownNameError
from bordergis.fetching import add, public_sources

fetching = sys.modules["bordergis.fetching"]
PUBLISHED = "https://download.geonames.org/export/dump/KH.zip"
HALF = 25 * 16_384  # whole blocks, so that all that arrived is kept


def packed(text, member="KH.txt"):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as folder:
        folder.writestr(member, text)
    return buffer.getvalue()


DUMP, OLD = packed("what is on the server" * 40_000), packed("what was there before")
EXTRACT = b"\x00\x00\x00\x0e\x0a\x09OSMHeader" + bytes(1_000)


class Handler(BaseHTTPRequestHandler):
    """A server that keeps its word at /KH.zip, and breaks it elsewhere.

    /cut…      says how long the file is, sends half of it and hangs up; asked for the rest, it sends the rest
    /fickle    as /cut, but the file has become another one in the meantime
    /stubborn  as /cut, but never sends anything else than the beginning
    /wrong     answers a wish for the rest with another part
    """

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        told = self.server
        told.seen.append((self.path, self.headers.get("Range")))
        with told.counting:
            told.busy += 1
            told.busiest = max(told.busiest, told.busy)
        try:
            self.answer(self.path.strip("/"))
        finally:
            with told.counting:
                told.busy -= 1

    def answer(self, path):
        if path.startswith(("missing", "nohash.osm.pbf.md5")):
            self.send_error(404)
        elif path.startswith(("cut", "fickle", "stubborn", "wrong")):
            self.partly(path)
        elif path == "unnamed":
            self.send([("Content-Length", str(len(DUMP)))], DUMP[:HALF])
        elif path == "endless":
            self.send([("Connection", "close")], DUMP)
        elif path == "stalled":
            self.send([("Content-Length", str(len(DUMP)))], DUMP[:20], hold=True)
        else:
            time.sleep(0.2 if path == "slow.zip" else 0)
            bodies = {"login": b"<html>Please log in to this network</html>", "other.zip": packed("x", "TH.txt")}
            bodies |= {"kh.osm.pbf": EXTRACT, "nohash.osm.pbf": EXTRACT, "empty.osm.pbf": EXTRACT, "empty.osm.pbf.md5": b"soon"}
            bodies |= {"kh.osm.pbf.md5": f"{hashlib.md5(EXTRACT, usedforsecurity=False).hexdigest()}  kh.osm.pbf\n".encode()}
            self.send([("Content-Length", str(len(bodies.get(path, DUMP))))], bodies.get(path, DUMP))

    def partly(self, path):
        edition = '"two"' if path == "fickle" and len(self.server.seen) > 1 else '"one"'
        wanted = self.headers.get("Range")
        if wanted and self.headers.get("If-Range") == edition and path != "stubborn":
            first = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if first == len(DUMP):
                self.send([("Content-Range", f"bytes */{first}"), ("Content-Length", "0")], b"", status=416)
                return
            first -= 10 if path == "wrong" else 0
            told = f"bytes {first}-{len(DUMP) - 1}/{len(DUMP)}"
            self.send([("ETag", edition), ("Content-Range", told), ("Content-Length", str(len(DUMP) - first))], DUMP[first:], status=206)
        else:
            whole = edition == '"two"'
            self.send([("ETag", edition), ("Content-Length", str(len(DUMP)))], DUMP[: None if whole else HALF])

    def send(self, headers, body, *, status=200, hold=False):
        self.send_response(status)
        for header in headers:
            self.send_header(*header)
        self.end_headers()
        self.wfile.write(body)
        if hold:
            self.wfile.flush()
            self.server.over.wait(timeout=20)
        self.close_connection = True

    def log_message(self, *_args):
        """Say nothing."""


@pytest.fixture
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.over, listening.counting = threading.Event(), threading.Lock()
        listening.seen, listening.busy, listening.busiest = [], 0, 0
        listening.at = f"http://127.0.0.1:{listening.server_port}"
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield listening
        listening.over.set()
        listening.shutdown()
        thread.join()


@pytest.fixture
def nobody():
    """Give an address where nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{free.getsockname()[1]}/KH.zip"


@pytest.fixture
def impatient(monkeypatch):
    """Wait a quarter of a second where a minute is usual."""
    monkeypatch.setattr(fetching, "TIMEOUT_S", 0.25)


@pytest.fixture
def cache(tmp_path):
    """A cache folder with a good file in it."""
    (tmp_path / "KH.zip").write_bytes(OLD)
    return tmp_path


@pytest.fixture
def published(monkeypatch, tmp_path):
    """Pretend that the registry says something else of one source."""

    def say(name, **told):
        lines = [f'id = "{name}"', *(f'{key} = "{value}"' for key, value in told.items())]
        registry = tmp_path / "registry.toml"
        registry.write_text("[[public]]\n" + "\n".join(lines) + "\n", encoding="utf-8")
        monkeypatch.setattr(fetching, "path", lambda _name: registry)

    return say


def names(folder):
    """Name what is in a folder, but for the lock (which some systems keep)."""
    return sorted(file.name for file in folder.iterdir() if not file.name.endswith(".lock"))


def refused(cache, url):
    """Try to fetch from a bad address; the message must say what to do by hand."""
    page = "https://download.geonames.org/export/dump/"
    remedy = re.escape(
        f"Without a network: download {PUBLISHED} (from the page {page}) elsewhere, bring it here and run "
        f"`bordergis data add FILE geonames-kh`, or put it at {cache / 'KH.zip'}."
    )
    with pytest.raises(FetchError, match=rf"^Could not fetch geonames-kh: .+\. {remedy}$") as caught:
        bg.fetch("geonames-kh", cache=cache, url=url)
    return str(caught.value)


# What arrives whole


def test_a_file_that_arrives_whole_is_kept_under_its_name(server, tmp_path):
    target = bg.fetch("geonames-kh", cache=tmp_path / "new" / "folder", url=f"{server.at}/KH.zip")
    assert target == tmp_path / "new" / "folder" / "KH.zip"
    assert target.read_bytes() == DUMP
    assert names(target.parent) == ["KH.zip"]


def test_a_newer_file_takes_the_place_of_the_old_one(server, cache):
    assert bg.fetch("geonames-kh", cache=str(cache), url=f"{server.at}/KH.zip").read_bytes() == DUMP


def test_a_file_whose_length_the_server_does_not_say_is_kept(server, cache):
    assert bg.fetch("geonames-kh", cache=cache, url=f"{server.at}/endless").read_bytes() == DUMP


def test_progress_is_shown_on_the_error_channel(server, tmp_path, capfd):
    bg.fetch("geonames-kh", cache=tmp_path, url=f"{server.at}/KH.zip", progress=True)
    shown = capfd.readouterr()
    assert shown.out == ""
    assert "geonames-kh" in shown.err


# What does not


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("path", ["missing", "stubborn", "unnamed", "wrong", "stalled", "login", "other.zip"])
def test_a_bad_answer_never_takes_the_place_of_a_good_file(path, server, cache):
    refused(cache, f"{server.at}/{path}")
    assert (cache / "KH.zip").read_bytes() == OLD


@pytest.mark.parametrize("path", ["missing", "login", "other.zip"])
def test_what_is_not_the_file_leaves_nothing_behind(path, server, cache):
    refused(cache, f"{server.at}/{path}")
    assert names(cache) == ["KH.zip"]


def test_a_missing_page_is_named_by_its_status(server, cache):
    assert "the server answers 404 Not Found" in refused(cache, f"{server.at}/missing")


def test_a_login_page_is_told_from_a_zip_file(server, cache):
    assert "it is not a ZIP file" in refused(cache, f"{server.at}/login")


def test_a_zip_file_of_another_country_is_told_by_what_it_holds(server, cache):
    assert "it holds TH.txt and not KH.txt" in refused(cache, f"{server.at}/other.zip")


@pytest.mark.usefixtures("impatient")
def test_a_server_that_says_nothing_more_is_given_up(server, cache):
    assert re.search(r"the connection ended after 0 of [\d,]+ bytes", refused(cache, f"{server.at}/stalled"))


@pytest.mark.usefixtures("impatient")
def test_a_server_that_never_answers_is_given_up(cache):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        message = refused(cache, f"http://127.0.0.1:{silent.getsockname()[1]}/KH.zip")
    assert "the server was silent for 0.25 s" in message


def test_without_a_server_the_old_file_stays(nobody, cache):
    assert f"no connection to {nobody}" in refused(cache, nobody)
    assert (cache / "KH.zip").read_bytes() == OLD


def test_a_cache_that_is_no_folder_is_refused(server, tmp_path):
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    refused(tmp_path / "file", f"{server.at}/KH.zip")
    assert (tmp_path / "file").read_text(encoding="utf-8") == "not a folder"


@pytest.mark.parametrize("url", ["not an address", "ftp://127.0.0.1/KH.zip", "http://", "file:///etc/hostname"])
def test_what_is_no_address_of_the_web_is_refused(url, cache):
    refused(cache, url)
    assert (cache / "KH.zip").read_bytes() == OLD


# Cut connections


def test_a_cut_download_goes_on_where_it_stopped(server, cache):
    assert bg.fetch("geonames-kh", cache=cache, url=f"{server.at}/cut").read_bytes() == DUMP
    assert server.seen == [("/cut", None), ("/cut", f"bytes={HALF}-")]
    assert names(cache) == ["KH.zip"]


def test_a_later_call_goes_on_too(server, cache, monkeypatch):
    monkeypatch.setattr(fetching, "_download", functools.partial(fetching._download, tries=1))  # noqa: SLF001  one try a call
    refused(cache, f"{server.at}/cut")
    assert (cache / "KH.zip.part").stat().st_size == HALF
    assert bg.fetch("geonames-kh", cache=cache, url=f"{server.at}/cut").read_bytes() == DUMP
    assert server.seen[-1] == ("/cut", f"bytes={HALF}-")


def test_parts_of_two_editions_are_never_joined(server, cache):
    assert bg.fetch("geonames-kh", cache=cache, url=f"{server.at}/fickle").read_bytes() == DUMP
    assert len(server.seen) == 2


def test_a_server_that_cannot_go_on_begins_again_and_is_given_up_if_that_brings_nothing_more(server, cache):
    message = refused(cache, f"{server.at}/stubborn")
    assert f"the connection ended after {HALF:,} of {len(DUMP):,} bytes" in message
    assert [wanted for _, wanted in server.seen] == [None, f"bytes={HALF}-"]


def test_a_file_whose_edition_is_not_named_begins_again(server, cache):
    refused(cache, f"{server.at}/unnamed")
    assert [wanted for _, wanted in server.seen] == [None, None]


def test_after_a_cut_a_server_without_ranges_can_still_bring_the_whole(server, cache):
    refused(cache, f"{server.at}/unnamed")
    assert bg.fetch("geonames-kh", cache=cache, url=f"{server.at}/KH.zip").read_bytes() == DUMP


def test_a_draft_that_is_whole_is_not_brought_again(server, cache):
    (cache / "KH.zip.part").write_bytes(DUMP)
    (cache / "KH.zip.part.edition").write_text('"one"', encoding="utf-8")
    assert bg.fetch("geonames-kh", cache=cache, url=f"{server.at}/cut").read_bytes() == DUMP
    assert server.seen == [("/cut", f"bytes={len(DUMP)}-")]


# Hashes


def test_a_file_with_another_hash_is_refused_with_both_hashes(server, cache, published):
    published("geonames-kh", url=f"{server.at}/KH.zip", file="KH.zip", sha256="0" * 64)
    with pytest.raises(FetchError, match=f"its sha256 is {hashlib.sha256(DUMP).hexdigest()}, expected {'0' * 64}"):
        bg.fetch("geonames-kh", cache=cache)
    assert (cache / "KH.zip").read_bytes() == OLD
    assert names(cache) == ["KH.zip", "registry.toml"]


def test_a_file_fixed_for_good_is_not_brought_twice(server, tmp_path, published):
    published("geonames-kh", url=f"{server.at}/KH.zip", file="KH.zip", sha256=hashlib.sha256(DUMP).hexdigest())
    assert bg.fetch("geonames-kh", cache=tmp_path) == bg.fetch("geonames-kh", cache=tmp_path)
    assert len(server.seen) == 1


def test_the_hash_of_the_day_is_read_beside_the_file(server, tmp_path, published):
    published("osm", url=f"{server.at}/kh.osm.pbf", file="kh.osm.pbf", format="pbf", checksum=".md5")
    assert bg.fetch("osm", cache=tmp_path).read_bytes() == EXTRACT
    assert [path for path, _ in server.seen] == ["/kh.osm.pbf", "/kh.osm.pbf.md5"]


def test_a_publisher_that_does_not_state_the_promised_hash_is_refused(server, tmp_path, published):
    published("osm", url=f"{server.at}/nohash.osm.pbf", file="kh.osm.pbf", format="pbf", checksum=".md5")
    with pytest.raises(FetchError, match="404"):
        bg.fetch("osm", cache=tmp_path)
    published("osm", url=f"{server.at}/empty.osm.pbf", file="kh.osm.pbf", format="pbf", checksum=".md5")
    with pytest.raises(FetchError, match="states no hash"):
        bg.fetch("osm", cache=tmp_path)


def test_a_mirror_need_not_state_a_hash(server, tmp_path, published):
    published("osm", url="https://example.org/kh.osm.pbf", file="kh.osm.pbf", format="pbf", checksum=".md5")
    assert bg.fetch("osm", cache=tmp_path, url=f"{server.at}/nohash.osm.pbf").read_bytes() == EXTRACT


def test_what_is_no_openstreetmap_file_is_refused(server, tmp_path, published):
    published("osm", url=f"{server.at}/KH.zip", file="kh.osm.pbf", format="pbf")
    with pytest.raises(FetchError, match="it is not an OpenStreetMap PBF file"):
        bg.fetch("osm", cache=tmp_path)


# Two at once


def test_who_waited_for_another_takes_its_result(server, cache, monkeypatch):
    looked = threading.Event()
    stamp = fetching._stamp  # noqa: SLF001  to know that the second has looked before the first is done

    def look(file):
        found = stamp(file)
        looked.set()
        return found

    monkeypatch.setattr(fetching, "_stamp", look)
    second = threading.Thread(target=bg.fetch, args=["geonames-kh"], kwargs={"cache": cache, "url": f"{server.at}/KH.zip"})
    with FileLock(cache / ".KH.zip.lock"):
        second.start()
        assert looked.wait(timeout=10)
        (cache / "new").write_bytes(packed("brought by the first"))
        (cache / "new").replace(cache / "KH.zip")
    second.join(timeout=10)
    assert server.seen == []
    assert (cache / "KH.zip").read_bytes() == packed("brought by the first")


def test_a_lock_that_is_never_released_is_said(cache, nobody, monkeypatch):
    monkeypatch.setattr(fetching, "LOCK_WAIT_S", 0.05)
    with FileLock(cache / ".KH.zip.lock"):
        assert "another process has been bringing the file" in refused(cache, nobody)


def test_two_processes_write_one_after_the_other(server, tmp_path):
    code = f"import bordergis as bg; bg.fetch('geonames-kh', cache={str(tmp_path)!r}, url='{server.at}/slow.zip')"
    both = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(2)]
    assert [process.wait(timeout=60) for process in both] == [0, 0]
    assert server.busiest == 1
    assert (tmp_path / "KH.zip").read_bytes() == DUMP
    assert names(tmp_path) == ["KH.zip"]


# By hand


def test_a_file_downloaded_by_hand_is_put_into_the_cache_and_stays_where_it_was(tmp_path):
    given = tmp_path / "Downloads.zip"
    given.write_bytes(DUMP)
    assert add(given, "geonames-kh", cache=tmp_path / "cache") == tmp_path / "cache" / "KH.zip"
    assert bg.cached("geonames-kh", cache=tmp_path / "cache").read_bytes() == given.read_bytes() == DUMP


def test_a_file_that_kept_its_name_need_not_be_named(tmp_path):
    (tmp_path / "KH.zip").write_bytes(DUMP)
    assert add(tmp_path / "KH.zip", cache=tmp_path / "cache").name == "KH.zip"


def test_a_file_that_no_source_gives_must_be_named(tmp_path):
    with pytest.raises(UnknownNameError, match=r"No public source has a file 'Downloads\.zip'; say which it is: codab-kh, "):
        add(tmp_path / "Downloads.zip", cache=tmp_path)


def test_what_is_not_the_file_is_not_added(cache, tmp_path):
    (tmp_path / "page.html").write_text("<html>", encoding="utf-8")
    with pytest.raises(FetchError, match="it is not a ZIP file, or not the whole of it"):
        add(tmp_path / "page.html", "geonames-kh", cache=cache)
    assert (cache / "KH.zip").read_bytes() == OLD
    assert names(cache) == ["KH.zip", "page.html"]


def test_the_first_half_of_a_file_is_not_added(cache, tmp_path):
    (tmp_path / "half.zip").write_bytes(DUMP[:HALF])
    with pytest.raises(FetchError, match="not the whole of it"):
        add(tmp_path / "half.zip", "geonames-kh", cache=cache)
    assert (cache / "KH.zip").read_bytes() == OLD


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(DataMissingError, match=r"say where the downloaded KH\.zip is"):
        add(tmp_path / "KH.zip", "geonames-kh", cache=tmp_path)


# The list


@pytest.mark.parametrize("call", [bg.fetch, bg.cached])
def test_an_unknown_source_is_refused_with_those_that_are_known(call, tmp_path):
    with pytest.raises(UnknownNameError, match="no public source 'osm'; known: codab-kh, codab-th, geonames-kh, geonames-th"):
        call("osm", cache=tmp_path)


def test_what_was_fetched_is_found_again(cache):
    assert bg.cached("geonames-kh", cache=cache).read_bytes() == OLD


def test_what_was_not_fetched_is_said_with_the_command_and_the_place(tmp_path):
    with pytest.raises(DataMissingError, match=r"run `bordergis data fetch geonames-kh`\. Without a network: download ") as caught:
        bg.cached("geonames-kh", cache=tmp_path)
    assert PUBLISHED in str(caught.value)
    assert str(tmp_path / "KH.zip") in str(caught.value)


def test_without_a_folder_the_users_cache_is_looked_in(tmp_path, monkeypatch):
    monkeypatch.setattr("platformdirs.user_cache_path", functools.partial(tmp_path.joinpath))
    (tmp_path / "bordergis").mkdir()
    (tmp_path / "bordergis" / "TH.zip").write_bytes(OLD)
    assert bg.cached("geonames-th") == tmp_path / "bordergis" / "TH.zip"


def test_the_list_says_which_sources_are_on_this_machine(cache):
    here = public_sources(cache=cache)["cached"]
    assert list(here.index[here]) == ["geonames-kh"]


def test_every_public_source_says_its_licence_size_and_address():
    known = bg.public_sources()
    assert isinstance(known, pd.DataFrame)
    assert known[["title", "publisher", "licence", "file", "holds", "page", "reader", "format"]].map(len).gt(0).all(axis=None)
    assert known["url"].str.startswith("https://").all()
    assert known["url"].str.rsplit("/").str[-1].tolist() == known["file"].tolist()
    assert known["size_mb"].between(0.1, 500).all()
    assert known["file"].is_unique


def test_the_network_is_used_by_no_other_module():
    package = datasets.path("registry.toml").parents[1] / "src" / "bordergis"
    users = [
        file.name
        for file in package.rglob("*.py")
        if re.search(
            r"^\s*(import|from) (requests|urllib3|urllib\.request|pooch|http\.client|socket)\b", file.read_text("utf-8"), re.MULTILINE
        )
    ]
    assert users == ["fetching.py"]
