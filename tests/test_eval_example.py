"""eval/ is what its README says: our own gates hold and bite, and what users copy works as it stands."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import ROOT, STARTER, Ran, xlate

from xlate.manifest import digest, read_manifest
from xlate.read import ReadReport, iter_articles
from xlate.segment import segment

EVAL = ROOT / "eval"
README = (EVAL / "README.md").read_text(encoding="utf-8")
WORKFLOW = EVAL / "github-workflow.yml"
COMMANDS = [
    shlex.split(line) for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) for line in block.splitlines()
]
UPDATE = "after replacing the embedded model run the command of eval/README.md, For this repository"


def ci_gate(out: Path) -> list[str]:
    """The arguments of the `xlate eval` in .ci/run."""
    text = (ROOT / ".ci" / "run").read_text(encoding="utf-8").replace("\\\n", " ")
    (line,) = [line for line in text.splitlines() if line.startswith("xlate eval ")]
    words = shlex.split(line.replace("$environment/eval", str(out)))
    return words[1:]


def gates(words: list[str]) -> list[str]:
    """The gates among the arguments of a command, and the baseline that they need."""
    kept = []
    for word, value in zip(words, [*words[1:], ""], strict=True):
        if word in ("--max-drop", "--min", "--max-flags", "--baseline"):
            kept += [word, value]
        elif word == "--lower-end":
            kept.append(word)
    return kept


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cache folder that all of these tests share: each distinct line is translated once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> tuple[Path, Ran]:
    """What .ci/run does (but with a memory), and where the outputs are."""
    out = tmp_path_factory.mktemp("ci") / "eval"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        patch.setenv("XDG_CACHE_HOME", str(cache))
        words = shlex.split(shlex.join(ci_gate(out)).replace("--memory none ", ""))
        return out / "seeds.ar-en-starter.jsonl", xlate(*words)


def test_the_baseline_is_the_embedded_models():
    header = json.loads((EVAL / "baseline.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert header["model"]["digest"] == digest(read_manifest(STARTER)), UPDATE


def test_our_own_gates_hold(judged):
    _, ran = judged
    assert ran.code == 0, ran.err
    for gate in ("--max-drop", "--min", "--max-flags"):
        assert re.search(rf"^{gate} \S+ holds: ", ran.out, re.MULTILINE)


def test_our_own_gates_bite(judged, tmp_path, monkeypatch):
    _, *rows = map(json.loads, judged[0].read_text(encoding="utf-8").splitlines())
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    with (damaged / "bitext.jsonl").open("w", encoding="utf-8") as bundle:
        for row in rows:
            words = row["target"].split()
            cut = {"target": " ".join(words[: 2 * len(words) // 3]), "flags": [{"kind": "length", "evidence": ""}]}
            places = {"article": row["id"].partition(":")[0], "source": "نص", "origin": "model"}
            bundle.write(json.dumps(row | places | cut) + "\n")
    monkeypatch.chdir(ROOT)
    ran = xlate("score", damaged, "eval/references", "eval/references-b", *gates(ci_gate(tmp_path)))
    assert ran.code == 1, ran.err
    for gate in ("--max-drop", "--min", "--max-flags"):
        assert re.search(rf"^xlate: {gate} \S+ does not hold: ", ran.err, re.MULTILINE), ran.err


def test_files_named_exist():
    for name in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (EVAL / name).exists(), name
    for folder in EVAL.iterdir():
        if folder.is_dir() and any(folder.glob("*.py")):
            assert f"{folder.name}/" in README


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Path:
    """A repository of a user's own, made as eval/README.md tells: 496 lines with two references.

    `bin/xlate` is the command.
    """
    folder = tmp_path_factory.mktemp("user")
    news = folder / "eval" / "news"
    news.mkdir(parents=True)
    (folder / "cache").symlink_to(cache)
    sources = {s.id: s.text for article in iter_articles([ROOT / "seeds"], ReadReport()) for s in segment(article)}
    streams = [
        dict(
            line.split("\t")
            for path in sorted((EVAL / name).glob("*.tsv"))
            for line in path.read_text(encoding="utf-8").splitlines()[1:]
        )
        for name in ("references", "references-b")
    ]
    ids = [i for i in sources if i in streams[0]] * 8
    for name, lines in (("news.ar", sources), ("news.en", streams[0]), ("news.en.2", streams[1])):
        (news / name).write_text("".join(lines.get(i, "") + "\n" for i in ids), encoding="utf-8")
    (about,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    (news / "testset.toml").write_text(about, encoding="utf-8")
    for name in ("github-workflow.yml", "pre-commit-hook.sh"):
        shutil.copy(EVAL / name, folder / "eval" / name)
    (folder / "bin").mkdir()
    command = folder / "bin" / "xlate"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m xlate "$@"\n')
    command.chmod(0o755)
    ran = shell(folder, shlex.join(COMMANDS[0]))
    assert ran.returncode == 0, ran.stderr
    assert (folder / "eval" / "baseline.jsonl").is_file()
    return folder


def shell(folder: Path, script: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a script as a step of a job does, with `xlate` on the path."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "XDG_CACHE_HOME": str(folder / "cache"),
    }
    environment |= {"PYTHONPATH": str(ROOT), **more}
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env=environment,
        text=True,
        capture_output=True,
        timeout=120,
        check=False,
    )


def test_the_readmes_commands_run(place):
    own = [words for words in COMMANDS if "eval/news" in words]
    assert len(own) == 2
    ran = shell(place, shlex.join(own[1]))
    assert ran.returncode == 0, ran.stderr
    assert "--max-drop chrf=2 holds: " in ran.stdout


def test_the_update_command_is_that_of_our_own_gate():
    (update,) = [words for words in COMMANDS if "seeds" in words]
    assert update[0] == "xlate"
    gate = ci_gate(Path("OUT"))
    shared = [w for w in gate if w not in (*gates(gate), "--out", "OUT")]
    assert [w for w in update[1:] if w not in ("--baseline", "eval/baseline.jsonl", "--update-baseline")] == shared
    assert update[-3:] == ["--baseline", "eval/baseline.jsonl", "--update-baseline"]


def test_the_workflow(place):
    workflow = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    assert set(workflow[True]) == {"pull_request", "push"}  # YAML reads the key `on` as true
    assert workflow["permissions"] == {"contents": "read"}
    (job,) = workflow["jobs"].values()
    actions = [step["uses"] for step in job["steps"] if "uses" in step]
    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", action) for action in actions)
    scripts = [step["run"] for step in job["steps"] if "run" in step]
    assert scripts[0] == 'python -m pip install "$XLATE"'
    summary = place / "summary.md"
    for script in scripts[1:]:
        ran = shell(place, script, GITHUB_STEP_SUMMARY=str(summary))
        assert ran.returncode == 0, ran.stderr
    assert "chrF2" in summary.read_text(encoding="utf-8")
    (upload,) = [step["with"]["path"] for step in job["steps"] if "upload-artifact" in step.get("uses", "")]
    names = {path.name for path in (place / upload).iterdir()}
    assert names == {"news.ar-en-starter.jsonl", "summary.md", "gates.xml", "index.html"}
    # steps that must run after a gate failed say so
    assert [step.get("if") for step in job["steps"][-2:]] == ["always()", "always()"]


def test_the_hook(place):
    (install,) = re.findall(r"`(install -m 755 \S+ \S+)`", README)
    git = "git -c user.name=t -c user.email=t@example.org -c commit.gpgsign=false"
    setup = f"git init -q . && printf 'cache\\nbin\\n*report\\n' > .gitignore && {install} && git add ."
    # a better baseline than what the model gives is a drop; what is staged is judged, not what lies there
    baseline = place / "eval" / "baseline.jsonl"
    good = baseline.read_text(encoding="utf-8")
    header, *rows = good.splitlines()
    reference = (place / "eval" / "news" / "news.en").read_text(encoding="utf-8").splitlines()
    better = [json.dumps(json.loads(row) | {"target": text}) for row, text in zip(rows, reference, strict=True)]
    baseline.write_text("\n".join([header, *better]) + "\n", encoding="utf-8")
    assert shell(place, setup).returncode == 0
    baseline.write_text(good, encoding="utf-8")
    ran = shell(place, f"{git} commit -qm worse")
    assert ran.returncode == 1
    assert "--max-drop chrf=2 does not hold: chrF2 went from 100.00 to " in ran.stderr
    ran = shell(place, f"git add eval && {git} commit -qm good")
    assert ran.returncode == 0, ran.stderr
    # what does not touch eval/ is not judged: there is no xlate to be called
    ran = shell(place, f"echo x > other && git add other && rm bin/xlate && {git} commit -qm other")
    assert ran.returncode == 0, ran.stderr
    assert shell(place, "git log --format=%s").stdout.split() == ["other", "good"]
