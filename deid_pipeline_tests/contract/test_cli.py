"""What every command keeps to: names, options and exit codes that other people's scripts rely on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import typer

from deid_pipeline import __version__, cli
from deid_pipeline.cli import COMMANDS, app, main

# the command line that scripts rely on, as far as this version goes
INTERFACE: dict[tuple[str, ...], tuple[str, ...]] = {
    ("init",): (),
    ("run",): ("--release", "--vault", "--key-file", "--strategy", "--workers", "--config"),
    ("ui",): ("--vault", "--config", "--port"),
    ("files",): ("--vault", "--format"),
    ("file",): ("--key-file", "--strategy"),
    ("metadata",): (),
    ("redact",): ("--boxes",),
    ("map",): ("--vault", "--kind", "--out"),
    ("strategy", "list"): (),
    ("strategy", "show"): (),
    ("strategy", "explain"): (),
    ("strategy", "lint"): (),
    ("synth",): ("--studies", "--slides", "--seed"),
    ("report",): ("--vault", "--release", "--out"),
}
SUPPORT = {"__init__", "__main__", "children", "endings", "options", "terminal"}
LIGHT: list[list[str]] = [
    ["--help"],
    ["--version"],
    ["strategy", "list"],
    ["init", "PROJECT"],
    ["files", "--vault", "."],
]


def _code(arguments: Sequence[str | Path]) -> object:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return ended.value.code


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "deid.key"
    file.write_text("0f" * 32, encoding="ascii")
    file.chmod(0o600)
    return file


@pytest.mark.parametrize(("command", "options"), INTERFACE.items(), ids=" ".join)
def test_every_command_explains_itself_and_has_its_options(
    command: tuple[str, ...], options: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert _code([*command, "--help"]) == 0
    text = capsys.readouterr().out
    assert "Usage: deidp" in text
    assert not [option for option in options if option not in text]


def test_no_command_is_missing_from_the_interface() -> None:
    group = typer.main.get_command(app)
    found = set()
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        found |= {(name, second) for second in inner} if inner else {(name,)}
    assert found == set(INTERFACE)


def test_every_file_of_the_package_is_a_registered_command_or_known_support() -> None:
    files = {file.stem for file in Path(cli.__file__).parent.glob("*.py")}
    assert files - SUPPORT == {member.__name__.rpartition(".")[2] for member in COMMANDS}


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["run", "--nonsense"],
        ["file"],
        ["files"],
        ["run", "--workers", "-1"],
        ["files", "--format", "xml"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_two(arguments: list[str]) -> None:
    assert _code(arguments) == 2


def test_version_says_whether_header_work_is_compiled(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = []
    for why_not in ("", "not built"):
        monkeypatch.setattr("deid_pipeline.dicom.compiled.why_not", why_not)
        assert _code(["--version"]) == 0
        said.append(capsys.readouterr().out.splitlines())
    assert {lines[0] for lines in said} == {f"deidp {__version__}"}
    assert [lines[-1] for lines in said] == [
        "header work: compiled",
        "header work: pure Python (compiled core: not built)",
    ]


@pytest.mark.parametrize("arguments", LIGHT, ids=" ".join)
def test_quick_commands_do_not_wait_for_dagster(arguments: list[str], tmp_path: Path) -> None:
    program = (
        "import sys; from deid_pipeline.cli import main\n"
        f"try: main({[str(tmp_path / 'p') if word == 'PROJECT' else word for word in arguments]!r})\n"
        "except SystemExit as ended: assert ended.code == 0, ended.code\n"
        "heavy = {'dagster', 'numpy', 'cv2', 'onnxruntime', 'rich'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("case", ["landing", "release", "key", "no key", "strategy", "config", "nothing"])
def test_what_cannot_work_is_one_line_and_nothing_written(
    case: str, tmp_path: Path, key: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DEID_KEY", raising=False)
    (tmp_path / "landing").mkdir()
    config = tmp_path / "deid.yaml"
    config.write_text("strategie: basic\n", encoding="utf-8")
    words = {"landing": str(tmp_path / "landing"), "--release": "release", "--vault": "vault", "--key-file": str(key)}
    if case == "landing":
        words["landing"] = str(tmp_path / "nowhere")
    elif case == "release":
        words["--release"] = "/proc/release"
    elif case == "key":
        key.chmod(0o644)
    elif case == "no key":
        del words["--key-file"]
    elif case == "strategy":
        words["--strategy"] = "bassic"
    elif case == "config":
        words["--config"] = str(config)
    elif case == "nothing":
        words = {"landing": words["landing"]}
    monkeypatch.chdir(tmp_path)
    before = sorted(path.name for path in tmp_path.iterdir())
    assert _code(["run", words.pop("landing"), *(word for pair in words.items() for word in pair)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("deidp: ")
    assert captured.err.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_the_ui_needs_settings_and_a_free_port(tmp_path: Path, key: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import socket

    assert _code(["ui", "--vault", tmp_path]) == 2
    assert "deid.yaml" in capsys.readouterr().err
    (tmp_path / "landing").mkdir()
    config = tmp_path / "deid.yaml"
    config.write_text(f"landing: landing\nrelease: release\nvault: vault\nkey_file: {key}\n", encoding="utf-8")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert _code(["ui", "--config", config, "--port", str(port)]) == 2
    assert f"port {port} cannot be used" in capsys.readouterr().err
    assert not (tmp_path / "vault").exists()


def test_a_file_that_is_no_dicom_is_told_by_the_code(
    tmp_path: Path, key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "note.txt"
    source.write_text("no image", encoding="utf-8")
    assert _code(["file", source, tmp_path / "out.dcm", "--key-file", key]) == 3
    assert _code(["metadata", source]) == 3
    assert not (tmp_path / "out.dcm").exists()
    assert capsys.readouterr().err.count("deidp: ") == 2


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path, key: Path) -> None:
    assert _code(["file", tmp_path / "a.dcm", tmp_path / "b.dcm", "--key-file", key]) == 2
    assert _code(["metadata", tmp_path / "a.dcm"]) == 2


def test_synth_refuses_slides_and_folders_in_use(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert _code(["synth", tmp_path]) == 2
    assert _code(["synth", tmp_path / "new", "--slides", "1"]) == 2
    assert not (tmp_path / "new").exists()


def test_a_synthetic_file_goes_through_alone(tmp_path: Path, key: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _code(["synth", tmp_path / "landing", "--studies", "1", "--seed", "2"]) == 0
    source = min(path for path in (tmp_path / "landing").rglob("*.0001.dcm"))
    out = tmp_path / "out.dcm"
    capsys.readouterr()
    assert _code(["file", source, out, "--key-file", key]) == 0
    assert capsys.readouterr().out == ""
    assert out.is_file()
    assert _code(["metadata", out]) == 0
    lines = capsys.readouterr().out
    assert '"keyword": "PatientIdentityRemoved", "value": "YES"' in lines


def test_reports_are_written_to_a_folder_of_choice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    vault, release, out = tmp_path / "vault", tmp_path / "release", tmp_path / "pages"
    assert _code(["report", "--vault", vault, "--release", release, "--out", out]) == 2
    vault.mkdir()
    release.mkdir()
    assert _code(["report", "--vault", vault, "--release", release, "--out", out]) == 0
    assert (out / "index.html").is_file()
    assert str(out / "index.html") in capsys.readouterr().out
    assert not list(out.rglob("*.png"))
