"""What the limited child tells of a file, and how it ends when a file asks for too much."""

import json
import time

import pytest
import xlsxwriter

from xinheng.files import bounds, encodings, packages, readers
from xinheng.files.bounds import Limits
from xinheng.files.limited import Reading
from xinheng.files.refusals import FileDamaged, FileEncoding, FileTooLarge, FileTooSlow


def spin(outlet):
    """A job that never ends."""
    while True:
        pass


def sleep(outlet):
    """A job that waits for ever and uses no processor."""
    time.sleep(60)


def grow(outlet):
    """A job that takes all the memory there is."""
    held = []
    while True:
        held.append(bytearray(1 << 24))


def write(outlet):
    """A job that tries to leave a file behind."""
    import tempfile

    with tempfile.NamedTemporaryFile() as file:
        file.write(b"x" * 100_000)
        file.flush()
    return {}


def look(outlet):
    """A job that tells what it knows of its surroundings."""
    import os

    outlet.message({"environment": sorted(os.environ)})
    print("noise on stdout")
    return {"done": True}


HERE = "tests.files.test_reading_files"


def test_a_child_that_never_ends_is_ended():
    with pytest.raises(FileTooSlow):
        list(Reading(f"{HERE}.spin", {}, Limits(cpu_seconds=1)).frames())
    with pytest.raises(FileTooSlow):
        list(Reading(f"{HERE}.sleep", {}, Limits(wall_seconds=1)).frames())


def test_a_child_that_takes_too_much_memory_is_ended():
    with pytest.raises(FileTooLarge):
        list(Reading(f"{HERE}.grow", {}, Limits()).frames())


def test_a_child_writes_no_file():
    with pytest.raises(FileDamaged):
        list(Reading(f"{HERE}.write", {}, Limits()).frames())


def test_a_child_knows_no_secret_and_its_noise_is_not_taken_for_data(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://x:secret@/x")
    reading = Reading(f"{HERE}.look", {}, Limits())
    frames = list(reading.frames())
    known = json.loads(frames[0][1])["environment"]
    assert not [name for name in known if name.startswith(("DATABASE", "XINHENG", "DJANGO"))]
    assert len(frames) == 1 and reading.result == {"done": True}


def test_encodings_are_told_apart(tmp_path):
    path = tmp_path / "a.csv"
    for text, written, read in (
        ("number\nA", "utf-8", "utf-8-sig"),
        ("编号\n甲", "utf-8", "utf-8-sig"),
        ("编号\n甲", "utf-8-sig", "utf-8-sig"),
        ("编号，名称\n鑫衡贸易有限公司", "gb18030", "gb18030"),
        ("编号\n𠮷", "gb18030", "gb18030"),
    ):
        path.write_bytes(text.encode(written))
        assert encodings.encoding_of(path) == read


def test_one_broken_byte_in_utf8_is_named_by_its_line_and_never_read_as_gb18030(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("编号,名称\n1,鑫衡贸易\n2,甲乙丙丁\n".encode() + b"3,\xe7\x94\n")
    with pytest.raises(FileEncoding) as refused:
        encodings.encoding_of(path)
    assert refused.value.params["row"] == 4


def test_a_workbook_is_read_as_it_is_shown(tmp_path):
    import datetime

    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    hidden = book.add_worksheet("hidden")
    sheet = book.add_worksheet("shown")
    sheet.activate()
    hidden.hide()
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(2, 1, ["text", "number", "date", "flag"])
    sheet.write_row(4, 1, ["甲", 0.1 + 0.2])
    sheet.write_datetime(4, 3, datetime.datetime(2026, 1, 31), day)
    sheet.write_boolean(4, 4, True)
    sheet.write_row(5, 1, ["乙", 2309.7899999999995, 46053, ""])
    sheet.write_formula(6, 2, "=SUM(1,2)")
    book.close()
    table = readers.open_table(path)
    assert (table.format, table.header, table.header_row) == (
        "xlsx", ["text", "number", "date", "flag"], 3,
    )  # fmt: skip
    assert list(table.records) == [
        (5, ["甲", "0.3", "2026-01-31", "true"], None),
        (6, ["乙", "2309.79", "46053", ""], None),
        (7, ["", "0", "", ""], {1: "formula-cell"}),
    ]


def test_memory_is_earned_by_size():
    assert bounds.memory_for(0) == bounds.LEAST_MEMORY
    assert bounds.memory_for(100 * bounds.MEBIBYTE) == 496 * bounds.MEBIBYTE
    assert bounds.memory_for(10**12) == bounds.MOST_MEMORY


@pytest.mark.parametrize(("letters", "number"), [("A", 1), ("Z", 26), ("AA", 27), ("XFD", 16384)])
def test_column_letters_and_numbers(letters, number):
    assert packages.column_number(letters) == number
    assert packages.column_letters(number) == letters
