"""What a musterd left on disk when it was killed, read from a copy: the daemon itself puts it in order."""

import contextlib
import json
import pathlib
import shutil
import sqlite3
import tempfile

POLICIES = ("open", "ask", "closed")


def read_tables(state):
    """The documents by kind and key, and the subjects of events."""
    with tempfile.TemporaryDirectory(prefix="muster-copy") as place:
        for name in ("state.db", "state.db-wal"):
            if (state / name).exists():
                shutil.copy(state / name, place)
        with contextlib.closing(sqlite3.connect(pathlib.Path(place, "state.db"))) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master")}
            # Killed before it made them.
            if "documents" not in tables:
                return {}, set()
            documents = {}
            for kind, key, value in database.execute("SELECT kind, key, value FROM documents"):
                documents.setdefault(kind, {})[key] = json.loads(value)
            subjects = {row[0] for row in database.execute("SELECT DISTINCT subject FROM events")}
            return documents, subjects


def assert_once(what, values):
    """No two of them are the same."""
    seen = set()
    for value in values:
        assert value not in seen, f"two nodes have the {what} '{value}'"
        seen.add(value)


class Disk:
    """The state of one head, checked to be consistent in itself."""

    def __init__(self, state):
        documents, subjects = read_tables(pathlib.Path(state))
        self.nodes = self._join({kind: texts for kind, texts in documents.items() if kind.split("-")[0] == "node"})
        self.by_mac = {}
        self._check_nodes()
        settings = documents.get("setting", {})
        self.users = {user["name"]: user for user in settings.get("users", {}).get("users", [])}
        assert_once("number of a user", [user["uid"] for user in self.users.values()])
        adoption = settings.get("adoption")
        self.policy = POLICIES[adoption["policy"]] if adoption else "ask"
        gone = {subject for subject in subjects if self._is_node(subject)} - self.nodes.keys()
        assert not gone, f"timelines of nodes that are not there: {gone}"

    @staticmethod
    def _is_node(subject):
        """Whether it is an id, which is 16 hexadecimal digits."""
        return len(subject) == 16 and set(subject) <= set("0123456789abcdef")

    @staticmethod
    def _join(kinds):
        """Nodes by id, whose documents are one or several of the same key."""
        keys = {kind: set(texts) for kind, texts in kinds.items()}
        for kind, found in keys.items():
            assert found == keys["node"], f"nodes have one document of '{kind}' and another not: {found ^ keys['node']}"
        return {key: {name: value for texts in kinds.values() for name, value in texts[key].items()}
                for key in keys.get("node", ())}

    def _check_nodes(self):
        named = [node for node in self.nodes.values() if node["name"]]
        assert_once("name", [node["name"].lower() for node in named])
        assert_once("address", [node["address"] for node in self.nodes.values() if node["address"]])
        assert_once("certificate", [serial for node in self.nodes.values()
                                    for serial in (node["certificate_serial"], node["offered_serial"]) if serial])
        assert all(node["address"] and node["profile"] for node in named), "a node has a name and no more"
        macs = [(mac, node) for node in self.nodes.values() for mac in node["hardware"]["macs"]]
        assert_once("card", [mac for mac, _ in macs])
        self.by_mac = dict(macs)
