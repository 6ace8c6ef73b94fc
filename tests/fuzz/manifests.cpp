// Promises of everything that comes as one JSON document, for any bytes: it is read or refused with
// a reason; what was read has the shape that its users rely on, and survives being written and read
// again.

#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/plan/plan.h"
#include "head/facts.h"
#include "provisioning/agent/invitation.h"
#include "provisioning/hardware.h"
#include "provisioning/image.h"
#include "provisioning/microcode.h"
#include "tests/fuzz/harness.h"

namespace {

using namespace muster;
using nlohmann::json;

/// Paths of artefacts stand in boot scripts, nginx.conf and URLs.
void check_artefact(const provisioning::Artefact& artefact) {
  CHECK(!artefact.path.empty() && !artefact.path.starts_with('/'));
  CHECK(!artefact.path.contains("..") && !artefact.path.contains("//"));
  CHECK(std::ranges::none_of(artefact.path, [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || std::string_view("\"'`$;{}|&\\#%?").contains(c);
  }));
  CHECK(artefact.sha256.size() == 64);
  CHECK(provisioning::parse_artefact(provisioning::to_json(artefact)) == artefact);
}

void check_layers(const std::vector<provisioning::Artefact>& layers) {
  Bytes total;
  for (const auto& layer : layers) {
    check_artefact(layer);
    total.count += layer.size.count;
    // A sum that began again at zero would make a node believe that the image fits.
    CHECK(total.count >= layer.size.count);
  }
}

void check_image(std::string_view text) {
  const auto image = provisioning::parse_image(text);
  if (!image) return CHECK(fuzz::is_explained(image.error()));
  check_artefact(image->kernel);
  check_artefact(image->initrd);
  check_layers(image->layers);
}

void check_microcode(std::string_view text) {
  const auto files = provisioning::parse_microcode(text);
  if (!files) return CHECK(fuzz::is_explained(files.error()));
  for (const auto& file : *files) check_artefact(file.file);
}

void check_plan(std::string_view text) {
  const auto plan = plan::parse_plan(text);
  if (!plan) return CHECK(fuzz::is_explained(plan.error()));
  CHECK(plan::parse_plan(plan::to_json(*plan).dump()) == *plan);
  CHECK(plan::generation(*plan).size() == 16);
  CHECK(plan::diff(*plan, *plan).size() <= plan->steps.size());
  for (const plan::Step& step : plan->steps) CHECK(!plan::describe(step).empty());
}

void check_hardware(std::string_view text) {
  const json value = json::parse(text, nullptr, false);
  const auto hardware = provisioning::parse_hardware(value);
  if (!hardware) return CHECK(fuzz::is_explained(hardware.error()));
  CHECK(!hardware->macs.empty());
  CHECK(hardware->macs.size() <= 64 && hardware->disks.size() <= 512);
  CHECK(hardware->accelerators.size() <= 64);
  CHECK(!hardware->topology || hardware->topology->cpus() >= 1);
  CHECK(provisioning::parse_hardware(provisioning::to_json(*hardware)) == *hardware);
  CHECK(!provisioning::to_json(*hardware).dump().empty());
}

void check_invitation(std::string_view text) {
  const auto invitation = agent::parse_invitation(text);
  if (!invitation) return CHECK(fuzz::is_explained(invitation.error()));
  check_layers(invitation->boot.layers);
  CHECK(is_host_label(invitation->boot.node_name));
  CHECK(agent::parse_invitation(agent::render_invitation(*invitation)) == *invitation);
}

void check_facts(std::string_view text) {
  const auto facts = head::parse_facts(text);
  if (!facts) return CHECK(fuzz::is_explained(facts.error()));
  CHECK(head::render_facts(*head::parse_facts(head::render_facts(*facts))) ==
        head::render_facts(*facts));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  check_image(text);
  check_microcode(text);
  check_plan(text);
  check_hardware(text);
  check_invitation(text);
  check_facts(text);
  return 0;
}
