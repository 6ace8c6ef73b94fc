"""The verbs of the command line that the tests go through."""

# Every verb that asks the daemon, each in a use that succeeds.
VERBS = [
    ["status"], ["changes"], ["changes", "--last", "3"], ["node", "list"], ["node", "list", "@ready"],
    ["node", "show", "n001"], ["node", "why", "n001"],
    ["node", "wait", "n001", "--timeout", "0"], ["node", "adopt", "--all"], ["node", "adopt", "52:54:00:00:00:02"],
    ["node", "set", "n001", "--profile", "default"], ["node", "remove", "n001", "--yes"],
    ["node", "reboot", "n001"], ["node", "reboot", "n001", "--force", "--wait", "--timeout", "0"],
    ["node", "reboot", "n001", "--drain"], ["node", "reboot", "@ready", "--rolling", "10%", "--wait"],
    ["node", "shutdown", "n001"], ["operation", "list"], ["operation", "show", "0a"],
    ["operation", "watch", "0a"], ["operation", "cancel", "0a"],
    ["node", "import", "/run/list"], ["group", "list"], ["group", "list", "n001"], ["group", "show", "ready"],
    ["profile", "list"], ["image", "list"], ["image", "show", "compute"], ["image", "show", "compute@3f2a91bb0c12"],
    ["discover"], ["discover", "show"], ["discover", "open"], ["discover", "ask"],
    ["discover", "close"], ["dhcp"], ["dhcp", "show"], ["dhcp", "take"], ["dhcp", "proxy"], ["user", "list"],
    ["user", "add", "ada"], ["user", "set", "ada", "--full-name", "Ada"], ["user", "remove", "ada", "--yes"],
]
# Those that need none.
ALONE = [["--help"], ["--version"], ["help"], ["help", "node", "adopt"], ["help", "jobs"], ["help", "search", "job"],
         ["node", "list", "--help"], ["spec", "schema"], ["spec", "schema", "--json"], ["spec", "reference"],
         ["spec", "reference", "--man"], ["spec", "explain", "name"], ["complete", "--", ""],
         ["paths", "--", "iso", "build"]]
