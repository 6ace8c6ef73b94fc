"""What a head answers that has one node and one user."""

NODE = {"id": "0123456789abcdef", "name": "n001", "state": "ready", "stage": "ready", "address": "10.42.1.1",
        "profile": "default", "mac": "52:54:00:00:00:01", "ready_ms": 5, "holds_plan": True,
        "hardware": {"macs": ["52:54:00:00:00:01"], "disks": []}}
WAITING = {**NODE, "id": "fedcba9876543210", "name": "", "state": "discovered", "mac": "52:54:00:00:00:02"}
USER = {"name": "ada", "uid": 10000, "home": "/home/ada", "full_name": "Ada", "ssh_keys": []}
OPERATION = {"id": "0a", "kind": "exec", "command": ["uname", "-r"], "timeout_s": 3600, "by": "ada", "state": "done",
             "begun_ms": 1, "ended_ms": 2, "nodes": "n001",
             "counts": {"waiting": 0, "given": 0, "done": 1, "failed": 0, "unreached": 0, "cancelled": 0}}
RESULT = {"nodes": "n001", "count": 1, "state": "done", "note": "", "status": 0, "signal": 0, "out": "6.12\n", "err": "",
          "dropped": 0}
CHANGES = [
    {"id": 4, "time_ms": 1, "kind": "stage", "node": "n001", "text": "ready"},
    {"id": 5, "time_ms": 2, "kind": "drift", "node": "n001", "text": "put right: /etc/motd"},
    {"id": 6, "time_ms": 3, "kind": "operation", "operation": "0a", "text": "ended, done: 1 done"},
    {"id": 7, "time_ms": 4, "kind": "request", "text": "ada: node reboot; refused: it is off"},
    {"id": 8, "time_ms": 5, "kind": "alarm", "text": "a stranger\x1b[31m"}]
ANSWERS = {
    ("GET", "/v1/status"): (200, {"cluster": "c", "head": {}, "nodes": {}, "services": [], "problems": [],
                                  "put_right": [], "now_ms": 1}),
    ("GET", "/v1/changes"): (200, {"changes": CHANGES, "next": 8, "now_ms": 9}),
    ("GET", "/v1/nodes"): (200, {"nodes": [NODE, WAITING], "now_ms": 9}),
    ("GET", "/v1/nodes/n001"): (200, NODE),
    ("GET", "/v1/nodes/n001/events"): (200, {"node": NODE, "events": [], "now_ms": 9}),
    ("GET", "/v1/groups"): (200, {"groups": [{"name": "*", "nodes": "n001"}, {"name": "Jürgen", "nodes": "n001"},
                                             {"name": "ready", "nodes": "n[001-400]"}]}),
    ("GET", "/v1/images"): (200, {"images": [
        {"name": "compute", "id": "3f2a91bb0c12" + "0" * 52, "available": True, "origin": "", "added_ms": 0, "size": 5,
         "files": [{"kind": "kernel", "sha256": "0" * 64, "size": 7}], "kernel_arguments": ["quiet"],
         "profiles": ["default"], "running": "n001", "boots": "n[001-002]"}], "outdated": "n002"}),
    ("GET", "/v1/profiles"): (200, {"profiles": [{"name": "default", "image": "compute", "nodes": 1,
                                                  "kernel_arguments": []}]}),
    ("GET", "/v1/users"): (200, {"users": [USER]}),
    ("GET", "/v1/discovery"): (200, {"policy": "ask", "until_ms": 0, "now_ms": 1}),
    ("GET", "/v1/dhcp"): (200, {"mode": "serve"}),
    ("POST", "/v1/discovery"): (200, {}),
    ("POST", "/v1/dhcp"): (200, {}),
    ("GET", "/v1/users/ada"): (200, {**USER, "on_head": True}),
    ("GET", "/v1/applied"): (200, {"applied": True}),
    ("POST", "/v1/users"): (200, {**USER, "applying": 7}),
    ("PUT", "/v1/users"): (200, {**USER, "applying": 7}),
    ("DELETE", "/v1/users/ada"): (200, {}),
    ("POST", "/v1/nodes/adopt"): (200, {"names": ["n002"]}),
    ("POST", "/v1/nodes/import"): (200, {"imported": 1, "unchanged": 0}),
    ("POST", "/v1/nodes/set"): (200, {}),
    ("POST", "/v1/nodes/remove"): (200, {}),
    ("POST", "/v1/nodes/reboot"): (200, {"asked_ms": 4, "operation": "0a"}),
    ("POST", "/v1/nodes/shutdown"): (200, {"operation": "0a"}),
    ("POST", "/v1/nodes/exec"): (200, {"operation": "0a"}),
    ("GET", "/v1/operations"): (200, {"operations": [OPERATION], "now_ms": 9}),
    ("GET", "/v1/operations/0a"): (200, {**OPERATION, "results": [RESULT], "now_ms": 9}),
    ("GET", "/v1/operations/0a/progress"): (200, {**OPERATION, "version": 3, "open": ""}),
    ("DELETE", "/v1/operations/0a"): (200, {}),
}
