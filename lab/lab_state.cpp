#include "lab/lab_state.h"

#include <algorithm>
#include <array>
#include <format>
#include <span>

#include <nlohmann/json.hpp>

#include "core/base/text.h"

namespace muster::lab {
namespace {

using nlohmann::json;

/// Grows when a reader of the present one could not read the next.
constexpr int kPlanSchema = 1;

template <typename Value>
struct Word {
  Value value;
  std::string_view text;
};

constexpr std::array kPowers = {Word{Power::off, "off"}, Word{Power::on, "on"},
                                Word{Power::paused, "paused"}, Word{Power::failed, "failed"}};
constexpr std::array kAgents = {Word{Agent::absent, "absent"}, Word{Agent::present, "present"}};
constexpr std::array kRoles = {Word{Role::head, "head"}, Word{Role::node, "node"}};
constexpr std::array kFirmwares = {Word{Firmware::bios, "bios"}, Word{Firmware::uefi, "uefi"},
                                   Word{Firmware::secureboot, "secureboot"}};
constexpr std::array kAccelerators = {Word{Accelerator::kvm, "kvm"}, Word{Accelerator::tcg, "tcg"}};
constexpr std::array kCards = {Word{Card::virtio, "virtio"}, Word{Card::e1000e, "e1000e"},
                               Word{Card::igb, "igb"}, Word{Card::rtl8139, "rtl8139"},
                               Word{Card::vmxnet3, "vmxnet3"}};
constexpr std::array kNodeBoots = {Word{NodeBoot::pxe, "pxe"}, Word{NodeBoot::http, "http"}};
constexpr std::array kSites = {Word{Site::none, "none"}, Word{Site::present, "present"}};
constexpr std::array kMediums = {Word{Medium::cdrom, "cdrom"}, Word{Medium::usb, "usb"}};

template <typename Value, std::size_t Count>
std::string_view word_of(const std::array<Word<Value>, Count>& words, Value value) {
  const auto found = std::ranges::find(words, value, &Word<Value>::value);
  CHECK(found != words.end());
  return found->text;
}

template <typename Value, std::size_t Count>
Result<Value> value_of(const std::array<Word<Value>, Count>& words, std::string_view text) {
  const auto found = std::ranges::find(words, text, &Word<Value>::text);
  if (found != words.end()) return found->value;
  std::vector<std::string> allowed;
  for (const auto& word : words) allowed.emplace_back(word.text);
  return fail(std::format("'{}' is unknown", printable(text)), "use " + join(allowed, ", "));
}

/// The value of a result inside a reader, where failing means throwing to the one catch below.
template <typename Value>
Value take(Result<Value> result) {
  if (!result) throw std::invalid_argument(result.error().text());
  return std::move(*result);
}

/// Runs `read` on the parsed text; what the JSON library throws becomes an error here.
template <typename Value, typename Reader>
Result<Value> read_json(std::string_view text, Reader read) {
  try {
    return read(json::parse(text));
  } catch (const std::exception& error) {
    return fail(std::format("not a lab's record: {}", printable(error.what())));
  }
}

json optional_bytes(std::optional<Bytes> bytes) { return bytes ? json(bytes->count) : json(); }

std::optional<Bytes> optional_bytes(const json& value) {
  if (value.is_null()) return std::nullopt;
  return Bytes{value.get<std::uint64_t>()};
}

json process_json(const os::ProcessId& process) {
  return {{"pid", process.pid}, {"start_time", process.start_time}};
}

os::ProcessId process_of(const json& value) {
  return {.pid = value.at("pid").get<pid_t>(),
          .start_time = value.at("start_time").get<std::uint64_t>()};
}

json machine_json(const MachinePlan& machine) {
  return {{"name", machine.name},
          {"role", word_of(kRoles, machine.role)},
          {"mac", muster::to_string(machine.mac)},
          {"uuid", machine.uuid},
          {"serial", machine.serial},
          {"cpus", machine.cpus},
          {"memory", machine.memory.count},
          {"firmware", word_of(kFirmwares, machine.firmware)},
          {"accelerator", word_of(kAccelerators, machine.accelerator)},
          {"iso", machine.iso ? json(machine.iso->string()) : json()},
          {"medium", word_of(kMediums, machine.medium)},
          {"disk", optional_bytes(machine.disk)},
          {"site", word_of(kSites, machine.site)},
          {"card", word_of(kCards, machine.card)},
          {"node_boot", word_of(kNodeBoots, machine.node_boot)}};
}

MachinePlan machine_of(const json& value) {
  const auto text = [&](const char* key) { return value.at(key).get<std::string>(); };
  MachinePlan machine{.name = text("name"),
                      .role = take(value_of(kRoles, text("role"))),
                      .mac = take(parse_mac(text("mac"))),
                      .uuid = text("uuid"),
                      .serial = text("serial"),
                      .cpus = value.at("cpus").get<int>(),
                      .memory = Bytes{value.at("memory").get<std::uint64_t>()},
                      .firmware = take(value_of(kFirmwares, text("firmware"))),
                      .accelerator = take(value_of(kAccelerators, text("accelerator"))),
                      .medium = take(value_of(kMediums, text("medium"))),
                      .disk = optional_bytes(value.at("disk")),
                      .site = take(value_of(kSites, text("site"))),
                      .card = take(value_of(kCards, value.value("card", "virtio"))),
                      .node_boot = take(value_of(kNodeBoots, value.value("node_boot", "pxe")))};
  if (!value.at("iso").is_null()) machine.iso = text("iso");
  // The name becomes a directory and an interface; a record that somebody edited must not lead out.
  if (!is_host_label(machine.name)) throw std::invalid_argument("a machine's name is no label");
  return machine;
}

json state_json(const MachineState& machine) {
  return {{"name", machine.name},
          {"power", word_of(kPowers, machine.power)},
          {"agent", word_of(kAgents, machine.agent)},
          {"process", machine.process ? process_json(*machine.process) : json()},
          {"reason", machine.reason},
          {"resets", machine.resets}};
}

MachineState state_of(const json& value) {
  MachineState machine{.name = value.at("name").get<std::string>(),
                       .power = take(value_of(kPowers, value.at("power").get<std::string>())),
                       .agent = take(value_of(kAgents, value.at("agent").get<std::string>())),
                       .reason = value.at("reason").get<std::string>(),
                       .resets = value.at("resets").get<int>()};
  if (!value.at("process").is_null()) machine.process = process_of(value.at("process"));
  return machine;
}

}  // namespace

const MachineState* LabState::find_machine(std::string_view machine) const {
  const auto found = std::ranges::find(machines, machine, &MachineState::name);
  return found == machines.end() ? nullptr : &*found;
}

std::string render_plan(const LabPlan& plan) {
  json machines = json::array();
  for (const MachinePlan& machine : plan.machines) machines.push_back(machine_json(machine));
  return json{{"schema", kPlanSchema},
              {"name", plan.name},
              {"seed", plan.seed},
              {"lag_ms", plan.lag_ms},
              {"directory", plan.directory.string()},
              {"machines", std::move(machines)}}
             .dump(2) +
         "\n";
}

Result<LabPlan> parse_plan(std::string_view text) {
  return read_json<LabPlan>(text, [](const json& value) {
    if (value.value("schema", 1) > kPlanSchema) {
      throw std::invalid_argument("a newer version of Muster wrote it");
    }
    const std::string name = value.at("name").get<std::string>();
    // The first records had neither schema nor seed.
    LabPlan plan{.name = name,
                 .seed = value.value("seed", name),
                 .lag_ms = value.value("lag_ms", std::int64_t{0}),
                 .directory = value.at("directory").get<std::string>(),
                 .machines = {}};
    for (const json& machine : value.at("machines")) plan.machines.push_back(machine_of(machine));
    return plan;
  });
}

std::string render_state(const LabState& state) {
  json machines = json::array();
  for (const MachineState& machine : state.machines) machines.push_back(state_json(machine));
  return json{{"boot", state.boot},
              {"keeper", process_json(state.keeper)},
              {"machines", std::move(machines)}}
      .dump();
}

Result<LabState> parse_state(std::string_view text) {
  return read_json<LabState>(text, [](const json& value) {
    LabState state{.boot = value.at("boot").get<std::string>(),
                   .keeper = process_of(value.at("keeper")),
                   .machines = {}};
    for (const json& machine : value.at("machines")) state.machines.push_back(state_of(machine));
    return state;
  });
}

std::string_view to_string(Power power) { return word_of(kPowers, power); }
std::string_view to_string(Firmware firmware) { return word_of(kFirmwares, firmware); }
std::string_view to_string(Accelerator accelerator) { return word_of(kAccelerators, accelerator); }
std::string_view to_string(Card card) { return word_of(kCards, card); }
std::string_view to_string(Medium medium) { return word_of(kMediums, medium); }

Result<Firmware> parse_firmware(std::string_view word) { return value_of(kFirmwares, word); }
Result<Medium> parse_medium(std::string_view word) { return value_of(kMediums, word); }
Result<Card> parse_card(std::string_view word) { return value_of(kCards, word); }
Result<NodeBoot> parse_node_boot(std::string_view word) { return value_of(kNodeBoots, word); }

}  // namespace muster::lab
