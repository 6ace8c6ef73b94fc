// api: what programs may ask of the head's daemon.

#include "apps/muster/client.h"
#include "apps/muster/commands.h"

namespace muster::cli {
namespace {

/// The document is for programs, so the answer is JSON in either form.
int describe() {
  const auto document = call_head("GET", "/v1/openapi");
  if (!document) return report(document.error());
  print_json(document->dump(2));
  return kDone;
}

}  // namespace

void add_api(CLI::App& app, Session& session) {
  auto* const noun = app.add_subcommand("api", "what programs may ask of the head's daemon");
  noun->require_subcommand(1);
  auto* const verb = noun->add_subcommand(
      "describe", "the pages, with what they are asked and answer, as an OpenAPI document");
  add_json(*verb);
  on_run_at_head(*verb, session, describe);
}

}  // namespace muster::cli
