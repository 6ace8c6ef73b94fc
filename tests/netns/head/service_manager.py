"""systemd and the helper as commands and the daemon of a head see them."""

import json
import os
import socket
import threading

# systemctl as far as root's commands ask it; the test does what it says. The daemon asks for states.
SYSTEMCTL = "#!/bin/sh\n[ \"$(id -u)\" = 0 ] || exit 1\necho \"$*\" >/run/asked\nread -r status </run/answered\nexit \"$status\"\n"


class ServiceManager:
    """Does what a command asks of systemd. Use with `with`."""

    def __init__(self, head):
        self.head = head
        self.asked = []
        self.thread = threading.Thread(target=self._serve)

    def __enter__(self):
        self.head.machine.write("/usr/local/bin/systemctl", SYSTEMCTL, mode=0o755)
        for pipe in ("/run/asked", "/run/answered"):
            os.mkfifo(self.head.machine.path(pipe))
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.head.machine.path("/run/asked").write_text("end\n", encoding="utf-8")
        self.thread.join()
        for file in ("/run/asked", "/run/answered", "/usr/local/bin/systemctl"):
            self.head.machine.path(file).unlink()

    def _serve(self):
        while (said := self.head.machine.path("/run/asked").read_text(encoding="utf-8")) != "end\n":
            verb, *units = said.split()
            self.asked.append(verb)
            status = 0
            try:
                self._do(verb, units)
            except Exception as error:  # the command must not wait for ever
                print(error)
                status = 1
            self.head.machine.path("/run/answered").write_text(f"{status}\n", encoding="utf-8")

    def _do(self, verb, units):
        if "musterd" in self.head.daemons and (verb == "stop" or (verb == "restart" and "musterd.service" in units)):
            self.head.daemons.pop("musterd").stop()
        if verb == "stop":
            return
        if "musterd.service" in units:
            self.head.start_musterd()
            self.head.apply()
        elif verb == "try-reload-or-restart":
            self.head.daemons.pop("muster-nginx").stop()
            self.head.start_web_server()


class Helper:
    """Answers each knock of the daemon as a helper to whom every plan is fine, or none. Use with `with`."""

    REPORT = "/run/muster-helper/report.json"

    def __init__(self, machine, succeeds=True):
        self.machine = machine
        self.answer = json.dumps({"succeeded": succeeds, "steps": []})
        machine.write(self.REPORT, self.answer)
        self.place = machine.path("/run/muster-apply.sock")
        self.place.unlink(missing_ok=True)
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(str(self.place))
        self.place.chmod(0o666)
        self.listener.listen()
        self.thread = threading.Thread(target=self._serve)

    def tell(self, report):
        """What it answers from now on."""
        self.answer = json.dumps(report)
        self.machine.write(self.REPORT, self.answer)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.listener.close()
        self.place.unlink()

    def _serve(self):
        while True:
            try:
                knock, _ = self.listener.accept()
            except OSError:
                return
            with knock:
                knock.sendall(self.answer.encode() + b"\n")
