"""Nodes that reach their head as real ones do: tls_nodes.py PLACE FIRST COUNT. Each has an address of its own, a certificate,
and two connections to nginx by TLS. Reads words from its standard input, does what each means for all its nodes, and
answers each with a line, which says how often nodes were told to ask again so far; bench/tls_head.py writes them. The nodes
take the head's certificate as it is: checking that is work of the nodes' own processors."""

import asyncio
import asyncio.sslproto
import pathlib
import ssl
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

# The path above must be set first.
from bench.simulated import Client, Cluster, make_nodes  # noqa: E402

HEAD = "10.42.0.1"
AT_ONCE = 16
# What asyncio sets aside for each connection by TLS: a node's messages need no more, and there are twenty thousand.
asyncio.sslproto.SSLProtocol.max_size = 16 << 10
SECONDS_TO_ASK = 20


class Tls:
    """As simulated.Sockets: what a machine says before it has a certificate is a connection of its own, as its initrd and its
    first request are; later it has one for its questions and one for all else."""

    def __init__(self, place):
        self.key = place / "node.key"
        self.place = place
        self.links = {}
        self.identities = {}

    async def call(self, node, method, page, body, way):
        if node.certificate is None:
            return await self._call_once(node, method, page, body)
        link = self.links.get((node.number, way == "ask"))
        if link is None:
            link = self.links[node.number, way == "ask"] = [None, asyncio.Lock()]
        async with link[1]:
            if link[0] is None:
                link[0] = await self._connect(node, 443, self._identity(node))
            return await exchange(link[0], method, page, body)

    async def _call_once(self, node, method, page, body):
        is_plain = page.endswith("/discover")
        link = await self._connect(node, 80, None) if is_plain else await self._connect(node, 443, unchecked())
        try:
            return await exchange(link, method, page, body)
        finally:
            link[1].close()

    @staticmethod
    async def _connect(node, port, context):
        return await asyncio.open_connection(HEAD, port, ssl=context, local_addr=(node.address, 0))

    def _identity(self, node):
        """One context for both connections: each context needs a tenth of a megabyte."""
        if node.number in self.identities:
            return self.identities.pop(node.number)
        context = unchecked()
        file = self.place / f"{node.name}.pem"
        file.write_text(node.pem, encoding="utf-8")
        context.load_cert_chain(file, self.key)
        file.unlink()
        self.identities[node.number] = context
        return context


def unchecked():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def exchange(link, method, page, body):
    return await Client.exchange(*link, Client.request(method, page, body, {}))


async def main(place, first, count):
    request = (place / "request.pem").read_text(encoding="utf-8")
    cluster = Cluster(Tls(place), make_nodes(first + count)[first:], request)

    async def listen():
        cluster.listen()
        await asyncio.sleep(SECONDS_TO_ASK)
        cluster.check()

    words = {"boot": lambda: cluster.all(cluster.boot, AT_ONCE), "listen": listen, "hold": cluster.hold_newcomer,
             "report": lambda: cluster.all(cluster.report_drift, AT_ONCE)}
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while word := (await reader.readline()).decode().strip():
        await words[word]()
        print(word, cluster.again, flush=True)


if __name__ == "__main__":
    asyncio.run(main(pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
