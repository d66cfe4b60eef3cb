"""
A language model behind llama.cpp's own OpenAI-compatible server, for `benchmarks/real_model.py`.

Runs in an environment of its own that holds `xllamacpp` and nothing of govkit. Listens on loopback, on a free port, and
writes its address as the first line on stdout. It lives as long as its standard input is open: when the parent ends, in
whatever way, so does it.
"""

import argparse
import sys

import xllamacpp


def main() -> None:
    """Serve until standard input closes."""
    parser = argparse.ArgumentParser(description="Serve a GGUF file on loopback until standard input closes.")
    parser.add_argument("weights", help="the GGUF file")
    parser.add_argument("--name", required=True, help="what the served model is called")
    parser.add_argument("--context", type=int, required=True, help="tokens of context for each conversation")
    parser.add_argument("--parallel", type=int, required=True, help="conversations at once")
    parser.add_argument("--threads", type=int, required=True)
    asked = parser.parse_args()
    parameters = xllamacpp.CommonParams()
    parameters.model.path = asked.weights
    parameters.model_alias = {
        asked.name
    }  # else every reply carries the path of the file, and so would the evidence
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.n_ctx = asked.context * asked.parallel
    parameters.n_parallel = asked.parallel
    parameters.cpuparams.n_threads = asked.threads
    parameters.use_jinja = True
    parameters.ui = False
    parameters.offline = True
    parameters.verbosity = 0
    server = xllamacpp.Server(parameters)
    print(server.listening_address, flush=True)
    sys.stdin.read()
    del server


if __name__ == "__main__":
    main()
