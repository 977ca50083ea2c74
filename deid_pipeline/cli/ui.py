"""``deidp ui``: Dagster's web server and daemon on this machine, watching the landing zone."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from deid_pipeline.cli import options
from deid_pipeline.cli.children import Children, stop_on_signals
from deid_pipeline.cli.endings import ExitCode, say
from deid_pipeline.errors import SettingsError
from deid_pipeline.model import Settings

HOST = "127.0.0.1"  # the web server has no login
LOG_NAME = "ui.log"
_PYTHON = (sys.executable, "-m")
_DEFINITIONS = "deid_pipeline.definitions"
_WORKSPACE = """\
load_from:
  - grpc_server:
      socket: {socket}
      location_name: deid_pipeline
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("ui")(ui)


def ui(
    vault: options.Vault = None,
    config: options.Config = None,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port on 127.0.0.1.")] = 3000,
) -> None:
    """Show runs in the browser and take in every study that arrives, until Ctrl-C.

    The settings are those of --config, or of the last `deidp run` on --vault.
    """
    from deid_pipeline import stages
    from deid_pipeline.defs.configuration import FILE_NAME, Draft, write_config
    from deid_pipeline.defs.instance import dagster_home, exclusive, fail_orphans, opened_instance

    if config is None and vault is not None:
        config = vault / FILE_NAME
        if not config.is_file():
            raise SettingsError(f"the vault has no {FILE_NAME}: use --config, or deidp run first")
    settings = options.settings_from(config, Draft(vault=vault))
    stages.open_project(settings)
    _refuse_taken(port)
    with stop_on_signals() as stop:
        home = dagster_home(settings.vault)
        write_config(settings, settings.vault / FILE_NAME)
        with exclusive(settings.vault, "ui"):
            with opened_instance(settings.vault) as instance:
                fail_orphans(instance, "ui")
            ended_as_asked = _serve(settings, home, port, stop)
    if not ended_as_asked:
        say(f"a part of Dagster ended by itself; its last words are in the vault: dagster/{LOG_NAME}")
        raise typer.Exit(ExitCode.UNEXPECTED)


def _serve(settings: Settings, home: Path, port: int, stop: Callable[[], bool]) -> bool:
    """Run web server and daemon until asked to stop (True) or a part of them ends by itself (False).

    Both talk to one code server, so that definitions are loaded once. Its socket lies in a folder of its own: the
    path of a socket may have 107 characters only.
    """
    url = f"http://{HOST}:{port}"
    with tempfile.TemporaryDirectory(prefix="deidp-ui-") as folder:
        code_socket = Path(folder) / "code.sock"
        workspace = Path(folder) / "workspace.yaml"
        workspace.write_text(_WORKSPACE.format(socket=code_socket), encoding="utf-8")
        children = Children(home / LOG_NAME, _environment(settings, home))
        try:
            say("starting")
            children.start([*_PYTHON, "dagster", "api", "grpc", "--socket", str(code_socket), "-m", _DEFINITIONS])
            if not children.wait(lambda: stop() or code_socket.exists()):
                return False
            server = ["dagster_webserver", "--host", HOST, "--port", str(port)]
            children.start([*_PYTHON, *server, "--workspace", str(workspace)])
            children.start([*_PYTHON, "dagster._daemon", "run", "--workspace", str(workspace)])
            if not children.wait(lambda: stop() or _answers(url)):
                return False
            if not stop():
                say(f"{url} (Ctrl-C ends it; studies that arrive in the landing zone are taken in)")
            return children.wait(stop)
        finally:
            children.end()


def _environment(settings: Settings, home: Path) -> dict[str, str]:
    """Return the environment of the children: the settings and nothing that could overrule them."""
    from deid_pipeline.defs.configuration import CONFIG_VARIABLE, WATCH_VARIABLE, to_environment

    kept = {name: value for name, value in os.environ.items() if name != CONFIG_VARIABLE}
    patience = {"DAGSTER_SENSOR_GRPC_TIMEOUT_SECONDS": "600"}  # the first look at a large landing zone takes long
    ours = {"DAGSTER_HOME": str(home), WATCH_VARIABLE: "1", "PYTHONWARNINGS": "ignore"}
    return {**patience, **kept, **to_environment(settings), **ours}


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/server_info", timeout=2):
            return True
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


def _refuse_taken(port: int) -> None:
    """Refuse a port that somebody else listens on.

    Raises
    ------
    SettingsError
        It is taken.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise SettingsError(f"port {port} cannot be used: {error.strerror}") from None
