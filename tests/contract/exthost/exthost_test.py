"""What muster-exthost answers for Python extensions: exthost_test.py MUSTER EXTHOST PACKAGES."""

import json
import os
import pathlib
import py_compile
import sys
import tempfile
import time
import unittest

from exthost import INPUT, PATIENCE, HostTest


class PythonHooks(HostTest):
    def test_a_hook_is_told_the_cluster_and_returns_steps(self):
        host = self.host("""
            import muster

            def configure(context):
                print("working")
                text = f"{context.extension.name} {context.cluster.name} {context.cluster.head.address} "
                text += ",".join(profile.name for profile in context.cluster.profiles)
                return muster.Steps(node=[
                    muster.File("/etc/motd", text, mode=0o600, secret=True), muster.Directory("/var/lib/motd"),
                    muster.Unit("motd.service"), muster.Service("motd.service", watches=["/etc/motd"])],
                    head=[muster.File("/etc/there", context.extension.directory)])
        """)
        answer = host.ask()
        self.assertEqual(answer, {"said": "working\n", "output": {"node": [
            {"step": "file", "path": "/etc/motd", "content": "motd lab 10.42.0.1 default,gpu", "mode": "0600",
             "secrecy": "secret"},
            {"step": "directory", "path": "/var/lib/motd"},
            {"step": "unit", "unit": "motd.service", "state": "enabled"},
            {"step": "service", "unit": "motd.service", "state": "running", "watches": ["/etc/motd"]}],
            "head": [{"step": "file", "path": "/etc/there", "content": str(host.content)}]}})

    def test_settings_have_the_types_of_the_specification(self):
        answer = self.host("""
            def configure(context):
                return {"is": [[name, value, type(value).__name__] for name, value in context.settings.items()]}
        """).ask()
        self.assertEqual(answer["output"]["is"],
                         [["greeting", "Hello", "str"], ["loud", True, "bool"], ["times", 3, "int"]])

    def test_the_module_is_loaded_once(self):
        host = self.host("""
            count = 0

            def configure(context):
                global count
                count += 1
                return {"count": count}
        """)
        self.assertEqual([host.ask()["output"]["count"] for _ in range(3)], [1, 2, 3])

    def test_whatever_a_hook_raises_is_an_answer_with_its_traceback(self):
        host = self.host("""
            import sys

            def configure(context):
                what = context.settings["what"]
                if what == "raise":
                    print("before", file=sys.stderr)
                    raise ValueError("no lamp in the house")
                if what == "exit":
                    sys.exit(3)
                if what == "none":
                    return None
                if what == "nan":
                    return {"x": float("nan")}
                if what == "surrogate":
                    return {"x": "\\udc80"}
                if what == "object":
                    return {"x": object()}
                if what == "unprintable":
                    class Odd(Exception):
                        def __str__(self):
                            raise KeyError
                    raise Odd
                if what == "interrupt":
                    raise KeyboardInterrupt
                return {"fine": True}
        """)

        def ask(what):
            return host.ask(told=INPUT | {"settings": {"what": what}})

        raised = ask("raise")
        self.assertEqual(raised["error"], "raised ValueError: no lamp in the house")
        self.assertIn("before\n", raised["said"])
        self.assertIn('line 8, in configure\n    raise ValueError("no lamp in the house")', raised["said"])
        self.assertNotIn("_host.py", raised["said"])
        self.assertEqual(ask("exit")["error"], "called exit()")
        self.assertEqual(ask("none")["error"], "returned NoneType, and not muster.Steps")
        self.assertIn("raised ValueError", ask("nan")["error"])
        self.assertIn("raised UnicodeEncodeError", ask("surrogate")["error"])
        self.assertIn("raised TypeError", ask("object")["error"])
        self.assertEqual(ask("unprintable")["error"], "raised Odd")
        self.assertEqual(ask("interrupt")["error"], "raised KeyboardInterrupt")
        self.assertEqual(ask("else")["output"], {"fine": True}, "the host goes on")

    def test_a_module_that_cannot_be_imported_is_an_answer(self):
        answer = self.host("import nothing_of_this_name\n").ask()
        self.assertIn("raised ModuleNotFoundError", answer["error"])
        self.assertIn("extension.py", answer["said"])
        answer = self.host("def configure(:\n").ask()
        self.assertIn("raised SyntaxError", answer["error"])
        self.assertIn("is missing", self.host("x = 1\n").ask()["error"])

    def test_a_hook_that_takes_too_long_is_told_so_and_the_host_goes_on(self):
        host = self.host("""
            import time

            def configure(context):
                if context.settings["how"] == "sleep":
                    time.sleep(1000)
                while context.settings["how"] == "loop":
                    pass
                return {}
        """)
        # The module is imported within the time of the first question.
        self.assertEqual(host.ask(told=INPUT | {"settings": {"how": ""}})["output"], {})
        for how in ("sleep", "loop"):
            answer = host.ask(200, told=INPUT | {"settings": {"how": how}})
            self.assertEqual(answer["error"], "ran for more than 0.2 s")
            self.assertIn("in configure", answer["said"], "where it was")
        self.assertEqual(host.ask(told=INPUT | {"settings": {"how": ""}})["output"], {})

    def test_a_hook_that_does_not_end_ends_its_host(self):
        host = self.host("""
            def configure(context):
                while context.settings["how"] == "loop":
                    try:
                        while True:
                            pass
                    except BaseException:
                        pass
                return {}
        """)
        self.assertEqual(host.ask(told=INPUT | {"settings": {"how": ""}})["output"], {})
        self.assertIsNone(host.ask(100, told=INPUT | {"settings": {"how": "loop"}}))
        self.assertEqual(host.process.wait(PATIENCE), -9)

    def test_a_crash_is_the_end_of_the_host_only(self):
        host = self.host("""
            import os

            def configure(context):
                os.abort()
        """)
        self.assertIsNone(host.ask())

    def test_a_flood_of_output_is_kept_from_its_end(self):
        answer = self.host("""
            def configure(context):
                for line in range(200_000):
                    print(line)
                return {}
        """).ask()
        self.assertLessEqual(len(answer["said"]), 4000)
        self.assertTrue(answer["said"].endswith("199999\n"))

    def test_an_answer_that_is_too_large_is_an_error(self):
        answer = self.host("def configure(context):\n    return {'x': 'x' * (3 << 20)}\n").ask()
        self.assertIn("error", answer)
        answer = self.host("def configure(context):\n    x = {}\n    for _ in range(100):\n        x = {'x': x}\n"
                           "    return x\n").ask()
        self.assertIn("error", answer)

    def test_answers_are_the_same_in_every_host(self):
        text = """
            def configure(context):
                return {"x": list({"a", "b", "c", "d", "e", "f", "g"})}
        """
        self.assertEqual(self.host(text).ask(), self.host(text).ask())

    def test_compiled_python_works_and_that_of_another_python_is_refused(self):
        with tempfile.TemporaryDirectory() as place:
            source = pathlib.Path(place) / "extension.py"
            source.write_text("def configure(context):\n    return {'compiled': True}\n", encoding="utf-8")
            compiled = pathlib.Path(py_compile.compile(
                str(source), str(source) + "c", invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH))
            code = compiled.read_bytes()
        self.assertEqual(self.host({"extension.pyc": code}).ask()["output"], {"compiled": True})
        other = self.host({"extension.pyc": bytes([code[0] ^ 1]) + code[1:]}).ask()
        self.assertIn("was compiled by another Python than this one, which is 3.", other["error"])

    def test_modules_of_the_extension_are_found_and_hide_none_of_pythons(self):
        answer = self.host({"extension/__init__.py": "import json\nfrom . import part\nfrom helper import two\n\n"
                                                     "def configure(context):\n"
                                                     "    return {'x': part.ONE + two(), 'json': json.loads('3')}\n",
                            "extension/part.py": "ONE = 1\n", "helper.py": "def two():\n    return 2\n",
                            "json.py": "def loads(text):\n    return 'mine'\n"}).ask()
        self.assertEqual(answer["output"], {"x": 3, "json": 3})

    def test_the_callers_environment_changes_nothing(self):
        answer = self.host("""
            import sys

            def configure(context):
                return {"isolated": sys.flags.isolated, "writes": sys.dont_write_bytecode, "input": sys.stdin.read()}
        """).ask()
        self.assertEqual(answer["output"], {"isolated": 1, "writes": True, "input": ""})

    def test_a_host_of_a_version_that_was_replaced_ends(self):
        host = self.host("def configure(context):\n    return {}\n")
        self.assertEqual(host.ask()["output"], {})
        grant = host.place / "store/motd/grant.json"
        grant.write_text(grant.read_text(encoding="utf-8").replace('"signer": ""', '"signer": "00"'), encoding="utf-8")
        self.assertIsNone(host.ask())
        self.assertEqual(host.process.wait(PATIENCE), 0)

    def test_what_is_run_once_answers_nothing(self):
        files = {"hooks/install": "#!/bin/sh\necho 'Welcome to 2006'\n", "hooks/configure": "#!/bin/sh\nexit 1\n"}
        answer = self.host(files, "shell").ask(hook="install")
        self.assertEqual(answer, {"output": {}, "said": "Welcome to 2006\n"})
        answer = self.host("def install(context):\n    print('hello')\n").ask(hook="install")
        self.assertEqual(answer, {"output": {}, "said": "hello\n"})

    def test_a_shell_hook_has_its_settings_in_its_environment(self):
        answer = self.host({"hooks/configure": """\
            #!/bin/sh
            printf '{"x": "%s %s %s"}' "$MUSTER_SETTING_GREETING" "$MUSTER_SETTING_LOUD" "$MUSTER_SETTING_TIMES"
        """}, "shell").ask()
        self.assertEqual(answer["output"], {"x": "Hello yes 3"})


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
