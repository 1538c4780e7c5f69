"""What runs until it is stopped: gateway, dashboard, both as ``serve``, and the demonstration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.common import Refusal, data_path, say, settings_and_faults
from monitor.cli.simulated import FIRST_TESTER, first_tester

if TYPE_CHECKING:
    from monitor.data_directory import DataDirectory
    from monitor.settings import Settings
    from monitor.supervisor import Program

Host = Annotated[str | None, typer.Option(help="Address to listen on.  [default: 127.0.0.1]")]
Port = Annotated[int | None, typer.Option(help="Port of the pages.  [default: 8050]")]
GatewayPort = Annotated[
    int | None, typer.Option(help="Port of devices and live data.  [default: 8051]")
]
Simulated = Annotated[
    bool, typer.Option("--simulated", help="Make a new directory one for simulated data.")
]
Speed = Annotated[
    float | None, typer.Option(help="Run the clock so many times as fast (simulated data only).")
]
Stepped = Annotated[
    bool,
    typer.Option(
        "--stepped", help="Let the clock stand until a check takes it on (simulated only)."
    ),
]
Certificate = Annotated[
    str | None, typer.Option(metavar="FILE", help="Speak TLS with this certificate (PEM).")
]
Key = Annotated[str | None, typer.Option(metavar="FILE", help="The certificate's private key.")]
AutoSignIn = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Sign every visitor in as this operator (simulated only)."),
]


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command()(serve)
    app.command()(gateway)
    app.command()(dashboard)
    app.command()(demo)
    app.command("demo-staff", hidden=True)(demo_staff)


def serve(
    context: typer.Context,
    host: Host = None,
    port: Port = None,
    gateway_port: GatewayPort = None,
    tls_certificate: Certificate = None,
    tls_key: Key = None,
    simulated: Simulated = False,
    speed: Speed = None,
) -> None:
    """Run gateway and dashboard, each started again should it die."""
    flags = _flags(host, port, gateway_port, tls_certificate, tls_key, speed)
    with prepared(context, flags, simulated=simulated) as (directory, settings):
        from monitor.programs import run_together

        password = first_tester(directory) if directory.simulated else None
        programs = _programs(directory, settings)

        def when_ready(address: str) -> None:
            say(f"staff open {address}")
            if password is not None:
                say(f"sign in as {FIRST_TESTER}, password {password} (said once)")

        run_together(programs, settings, when_ready)


def _programs(directory: DataDirectory, settings: Settings) -> list[Program]:
    from monitor.programs import dashboard_program, desk_program, gateway_program

    programs = [gateway_program(directory, settings), dashboard_program(directory, settings)]
    if not directory.simulated:
        return programs
    if settings.tls_certificate:
        say("no simulator desk runs with TLS: its devices would not know the certificate")
    elif settings.gateway_port:
        programs.append(desk_program(directory, settings))
    else:
        say("no simulator desk runs: it needs a --gateway-port that is known beforehand")
    return programs


def gateway(
    context: typer.Context,
    host: Host = None,
    port: Port = None,
    gateway_port: GatewayPort = None,
    tls_certificate: Certificate = None,
    tls_key: Key = None,
    simulated: Simulated = False,
    speed: Speed = None,
    stepped: Stepped = False,
) -> None:
    """Run the gateway alone: devices, alarms, live data, the only writer."""
    flags = _flags(host, port, gateway_port, tls_certificate, tls_key, speed)
    with prepared(context, flags, simulated=simulated, stepped=stepped) as (directory, settings):
        from monitor.bootstrap import run_gateway

        run_gateway(directory, settings, stepped=stepped)


def dashboard(
    context: typer.Context,
    host: Host = None,
    port: Port = None,
    gateway_port: GatewayPort = None,
    tls_certificate: Certificate = None,
    tls_key: Key = None,
    simulated: Simulated = False,
    auto_sign_in: AutoSignIn = None,
) -> None:
    """Run the dashboard alone: the pages that staff open."""
    flags = _flags(host, port, gateway_port, tls_certificate, tls_key)
    signed_in = auto_sign_in is not None
    with prepared(context, flags, simulated=simulated, auto_sign_in=signed_in) as prepared_for:
        directory, settings = prepared_for
        from monitor.bootstrap import run_dashboard

        run_dashboard(directory, settings, auto_sign_in=auto_sign_in)


def demo(
    context: typer.Context,
    rooms: Annotated[
        int, typer.Option(min=0, max=100, help="How many rooms; 0 for an empty ward.")
    ] = 6,
    speed: Speed = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same patients.")] = 1,
    host: Host = None,
    port: Port = None,
    gateway_port: GatewayPort = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open no browser.")] = False,
) -> None:
    """Watch simulated rooms live; without --data nothing of it stays."""
    import tempfile

    from monitor.demo import run_demo

    def when_ready(address: str) -> None:
        say(f"{rooms} simulated rooms at {address} (Ctrl-C ends the demonstration)")

    flags = _flags(host, port, gateway_port, speed=speed)
    with tempfile.TemporaryDirectory(prefix="infusion-monitor-demo-") as passing:
        if context.obj["data"] is None:
            context.obj["data"] = Path(passing)
        with prepared(context, flags, simulated=True) as (directory, settings):
            run_demo(
                directory,
                settings,
                rooms=rooms,
                seed=seed,
                when_ready=when_ready,
                open_browser=not no_browser,
            )


def demo_staff(
    context: typer.Context,
    rooms: Annotated[int, typer.Option()],
    seed: Annotated[int, typer.Option()],
) -> None:
    """The demonstration's own fourth program: staff who furnish the rooms, then take the scores that are due."""
    with prepared(context, {}, simulated=True) as (directory, _):
        from monitor.console import NotDoneError
        from monitor.demo.staff import run_staff

        try:
            run_staff(directory, rooms=rooms, seed=seed)
        except NotDoneError as error:
            raise Refusal(str(error)) from None


def _flags(
    host: str | None,
    port: int | None,
    gateway_port: int | None,
    certificate: str | None = None,
    key: str | None = None,
    speed: float | None = None,
) -> dict[str, object]:
    """Written on a command line a path may be relative; a program of a supervisor stands somewhere else."""
    files = {"tls_certificate": certificate, "tls_key": key}
    absolute = {name: path and str(Path(path).absolute()) for name, path in files.items()}
    return {"host": host, "port": port, "gateway_port": gateway_port, "speed": speed, **absolute}


@contextmanager
def prepared(
    context: typer.Context,
    flags: Mapping[str, object],
    *,
    simulated: bool,
    auto_sign_in: bool = False,
    stepped: bool = False,
) -> Iterator[tuple[DataDirectory, Settings]]:
    """The data directory, made where there is none, and the settings; what cannot be done is refused in one line."""
    from monitor.data_directory import DirectoryError, create, is_or_would_be_simulated
    from monitor.logs import log_libraries_to_stderr, log_to_stderr
    from monitor.start_checks import StartRefusedError, check_allowed
    from monitor.supervisor import StartError

    settings, faults = settings_and_faults(context, flags)
    log_to_stderr(settings.log_level)
    log_libraries_to_stderr(settings.log_level)
    try:
        # Without --simulated an existing directory keeps the kind it was made for.
        kind = True if simulated else None
        # First: what is refused has made nothing, for a directory stays of the kind that it was made.
        as_simulated = is_or_would_be_simulated(data_path(context), simulated=kind)
        check_allowed(
            settings,
            faults,
            simulated=as_simulated,
            auto_sign_in=auto_sign_in,
            stepped=stepped,
        )
        directory = create(data_path(context), simulated=kind)
        yield directory, settings
    except (DirectoryError, StartRefusedError, StartError) as error:
        raise Refusal(str(error)) from None
