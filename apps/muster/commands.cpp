#include "apps/muster/commands.h"

#include <cstdio>
#include <print>
#include <utility>

namespace muster::cli {

void on_run(CLI::App& verb, Session& session, std::function<int()> body) {
  verb.callback([&session, body = std::move(body)] { session.status = body(); });
}

int report(const Error& error, int status) {
  std::println(stderr, "muster: {}", error.text());
  return status;
}

}  // namespace muster::cli
