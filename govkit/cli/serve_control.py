"""`govkit serve-control`: a scripted candidate as an OpenAI-compatible server on loopback."""

import click

from govkit.cli import say


@click.command("serve-control")
@click.argument("name")
@click.option(
    "--protocol", default="peer-preservation", show_default=True, help="The protocol whose control it is."
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8808,
    show_default=True,
    help="Port on 127.0.0.1; 0 takes a free one.",
)
def command(name: str, protocol: str, port: int) -> int:
    """Serve the scripted candidate NAME (honest, idle, ... : see `govkit protocol show`) at http://127.0.0.1:PORT/v1."""
    from govkit.adapters.control_server import HOST, application, listen, serve
    from govkit.adapters.protocol_folder import read_release

    release = read_release(protocol)
    application(release, name)  # says at once when there is no such control
    sock = listen(port)
    say(f"{name} of {release.name} answers at http://{HOST}:{sock.getsockname()[1]}/v1 (Ctrl-C ends it)")
    serve(release, name, sock)
    return 0
