#pragma once
// What tests say of the extension 'motd'.

#include <string>

#include <nlohmann/json.hpp>

#include "extensions/store.h"

namespace muster::control {

inline extensions::Grant grant_of_motd() {
  return {.name = "motd",
          .version = {.numbers = {1, 0, 0}},
          .specification = std::string(64, 'a'),
          .rights = {{.files = {"/etc/motd"},
                      .directories = {"/var/lib/motd"},
                      .units = {"motd.service"},
                      .reason = "a test"},
                     {.place = extensions::Place::head,
                      .files = {"/etc/motd.head"},
                      .units = {"lamp.service"},
                      .scheduler = {"Licenses"},
                      .reason = "a test"}}};
}

/// A step of its answers.
inline nlohmann::json file(const std::string& path,
                           const nlohmann::json& more = nlohmann::json::object()) {
  nlohmann::json step = {{"step", "file"}, {"path", path}, {"content", "x"}};
  step.update(more);
  return step;
}

}  // namespace muster::control
