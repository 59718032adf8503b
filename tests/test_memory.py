import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from xlate.errors import InputError, OutputError
from xlate.memory import Memory, Remembered

ROW = Remembered("Libya", -0.5, "model", False)


def test_what_was_put_is_got_also_after_closing(tmp_path: Path):
    path = tmp_path / "deep" / "memory.sqlite3"
    with Memory(path, "engine") as memory:
        memory.put([("ليبيا", ROW), ("تونس", Remembered("Tunisia", None, "split in 2", True))])
    with Memory(path, "engine") as memory:
        assert memory.get(["ليبيا", "مصر", "تونس"]) == {
            "ليبيا": ROW,
            "تونس": Remembered("Tunisia", None, "split in 2", True),
        }


def test_another_engine_sees_nothing(tmp_path: Path):
    path = tmp_path / "memory.sqlite3"
    with Memory(path, "one") as memory:
        memory.put([("ليبيا", ROW)])
    with Memory(path, "two") as memory:
        assert memory.get(["ليبيا"]) == {}


def test_source_text_is_exact():
    with Memory(None, "engine") as memory:
        memory.put([("ليبيا", ROW)])
        assert memory.get(["ليبيا ", "لِيبيا", "ليبيا."]) == {}


def test_the_first_translation_stays():
    with Memory(None, "engine") as memory:
        memory.put([("ليبيا", ROW)])
        memory.put([("ليبيا", Remembered("other", None, "model", False))])
        assert memory.get(["ليبيا"])["ليبيا"] == ROW


def test_more_texts_than_a_query_may_bind():
    texts = [f"جملة {n}" for n in range(2500)]
    with Memory(None, "engine") as memory:
        memory.put((t, ROW) for t in texts)
        assert len(memory.get(texts)) == 2500


def test_a_lone_surrogate_does_not_stop_a_run():
    with Memory(None, "engine") as memory:
        memory.put([("a\ud800", ROW)])
        assert memory.get(["b\udfff"]) == {}


def test_two_processes_share_one_file(tmp_path: Path):
    path = tmp_path / "memory.sqlite3"
    with Memory(path, "engine") as one, Memory(path, "engine") as two:
        one.put([("ليبيا", ROW)])
        two.put([("تونس", ROW)])
        assert set(one.get(["ليبيا", "تونس"])) == set(two.get(["ليبيا", "تونس"])) == {"ليبيا", "تونس"}


def test_processes_that_find_a_new_file_at_once(tmp_path: Path):
    script = textwrap.dedent("""
        import sys
        from pathlib import Path
        from xlate.memory import Memory, Remembered
        folder, name = Path(sys.argv[1]), sys.argv[2]
        sys.stdin.readline()  # all begin together
        for n in range(40):
            with Memory(folder / f"{n}.sqlite3", "engine") as memory:
                memory.put([(name, Remembered("x", -1.0, "model", False))])
    """)
    command = [sys.executable, "-c", script, str(tmp_path)]
    started = [subprocess.Popen([*command, name], stdin=subprocess.PIPE, text=True) for name in "abc"]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.wait(timeout=60) for process in started] == [0, 0, 0]
    for n in range(40):
        with Memory(tmp_path / f"{n}.sqlite3", "engine") as memory:
            assert set(memory.get(["a", "b", "c"])) == {"a", "b", "c"}


def test_a_killed_process_leaves_whole_transactions(tmp_path: Path):
    path = tmp_path / "memory.sqlite3"
    script = textwrap.dedent("""
        import sys
        from pathlib import Path
        from xlate.memory import Memory, Remembered
        memory = Memory(Path(sys.argv[1]), "engine")
        n = 0
        while True:
            memory.put([(f"{n}-{i}", Remembered("x", None, "model", False)) for i in range(10)])
            n += 1
            print(n, flush=True)
    """)
    process = subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for _ in range(20):
        last = int(process.stdout.readline())
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    with Memory(path, "engine") as memory:
        whole = memory.get([f"{n}-{i}" for n in range(last) for i in range(10)])
        assert len(whole) == last * 10
        later = memory.get([f"{n}-{i}" for n in range(last, last + 2000) for i in range(10)])
        assert len(later) % 10 == 0


@pytest.mark.parametrize("content", [b"not a database at all, only text\n" * 40, os.urandom(4096)])
def test_a_file_of_something_else(tmp_path: Path, content: bytes):
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"notes\.txt: is not a translation memory .*choose another --memory"):
        Memory(path, "engine")
    assert path.read_bytes() == content


def test_a_database_of_something_else(tmp_path: Path):
    path = tmp_path / "other.db"
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE people (name TEXT)")
    db.close()
    with pytest.raises(InputError, match="is a database of something else"):
        Memory(path, "engine")


def test_a_memory_of_a_newer_version(tmp_path: Path):
    path = tmp_path / "memory.sqlite3"
    Memory(path, "engine").close()
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(InputError, match="newer xlate"):
        Memory(path, "engine")


def test_a_place_that_cannot_be(tmp_path: Path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="choose another --memory, or none"):
        Memory(tmp_path / "file" / "memory.sqlite3", "engine")
    with pytest.raises(OutputError, match="choose another --memory, or none"):
        Memory(tmp_path, "engine")
