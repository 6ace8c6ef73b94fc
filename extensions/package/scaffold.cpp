#include "extensions/package/scaffold.h"

#include <string_view>

#include "core/base/text.h"

namespace muster::package {

using namespace extensions;
namespace {

// In all of these NAME, TYPE and LANGUAGE stand for what they say.

constexpr std::string_view kSpecification =
    R"(# What this extension is. 'muster help extensions' has every key.
schema: 1
name: NAME
version: 0.1.0
api: 1
type: TYPE
language: LANGUAGE
summary: Greets people who log in to a node
maintainer: Your Name <you@example.org>
license: MIT
hooks: [configure]
settings:
  - name: greeting
    type: text
    default: Welcome.
    about: what people read when they log in to a node
rights:
  - place: node
    files: [/etc/motd.d/NAME]
    reason: the text that people see when they log in
)";

constexpr std::string_view kPython =
    R"("""The hooks of the extension NAME. 'muster help extensions' describes them."""

import muster


def configure(context: muster.Context) -> muster.Steps:
    """What every node has of this extension."""
    greeting = context.settings["greeting"]
    return muster.Steps(node=[muster.File("/etc/motd.d/NAME", f"{greeting}\n")])
)";

constexpr std::string_view kShell = R"(#!/bin/sh
# What every node has of this extension: a JSON object on the standard output. What the head tells
# is on the standard input.
set -eu
exec jq '{node: [{step: "file", path: "/etc/motd.d/NAME", content: (.settings.greeting + "\n")}]}'
)";

constexpr std::string_view kTests =
    R"("""The tests of the extension NAME. 'muster ext test' runs them."""

import unittest

from muster.testing import configure


class Greeting(unittest.TestCase):
    def test_nodes_greet(self) -> None:
        self.assertEqual(configure().node.files["/etc/motd.d/NAME"], "Welcome.\n")

    def test_the_greeting_is_a_setting(self) -> None:
        self.assertEqual(configure(greeting="Hello.").node.files["/etc/motd.d/NAME"], "Hello.\n")
)";

constexpr std::string_view kReadMe = R"(# NAME

An extension of Muster.

    muster ext test .       # runs the tests in tests/
    muster ext pack .       # makes NAME-0.1.0.yaml and NAME-0.1.0.tgz

On the head:

    sudo muster ext install NAME-0.1.0.yaml --allow-unsigned
    muster ext configure NAME greeting="Good morning."
    sudo muster ext remove NAME

`extension.yaml` says what the extension is and what it may own. `content` is what is installed.
`muster help extensions` has the rest.
)";

constexpr std::string_view kEditor = R"(root = true

[*]
charset = utf-8
end_of_line = lf
insert_final_newline = true
indent_style = space
indent_size = 4

[*.yaml]
indent_size = 2
)";

constexpr std::string_view kIgnore = R"(__pycache__/
*.key
*.tgz
/NAME-*.yaml
/NAME-*.minisig
)";

}  // namespace

std::vector<ScaffoldFile> scaffold(const std::string& name, Type type, Language language) {
  const bool is_python = language == Language::python;
  std::vector<ScaffoldFile> files = {
      {.path = "extension.yaml", .content = std::string(kSpecification)},
      {.path = is_python ? "content/extension.py" : "content/hooks/configure",
       .content = std::string(is_python ? kPython : kShell),
       .executable = is_python ? Executable::no : Executable::yes},
      {.path = "tests/test_hooks.py", .content = std::string(kTests)},
      {.path = "README.md", .content = std::string(kReadMe)},
      {.path = ".editorconfig", .content = std::string(kEditor)},
      {.path = ".gitignore", .content = std::string(kIgnore)},
  };
  for (ScaffoldFile& file : files) {
    file.content = replace_all(std::move(file.content), "NAME", name);
    file.content = replace_all(std::move(file.content), "TYPE", to_string(type));
    file.content = replace_all(std::move(file.content), "LANGUAGE", to_string(language));
  }
  return files;
}

}  // namespace muster::package
