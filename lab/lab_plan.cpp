#include "lab/lab_plan.h"

#include <algorithm>
#include <format>

#include "core/base/text.h"
#include "core/crypto/hash.h"

namespace muster::lab {
namespace {

/// What SeaBIOS and OVMF with our initrd can start in at all.
constexpr Bytes kLeastMemory = Bytes::from_mib(256);
/// An emulator's own needs: its translated code (tb-size in qemu_command.cpp) and its devices.
constexpr Bytes kEmulatorMemory = Bytes::from_mib(384);

/// The same in every lab: a head that goes on from a saved state remembers its neighbour (ARP).
constexpr std::string_view kSiteMac = "52:54:00:ff:ff:01";

std::string identity(std::string_view lab, std::string_view machine) {
  return crypto::sha256(std::format("muster lab {} machine {}", lab, machine));
}

/// A UUID of version 8 (RFC 9562 §5.8): our own digits, with version and variant in their places.
std::string render_uuid(std::string_view digits) {
  return std::format("{}-{}-8{}-a{}-{}", digits.substr(0, 8), digits.substr(8, 4),
                     digits.substr(13, 3), digits.substr(17, 3), digits.substr(20, 12));
}

/// QEMU's own vendor prefix, two octets of the lab, one of the machine: unique in the lab for
/// certain.
MacAddress make_mac(std::string_view lab, int index) {
  const std::string digits = identity(lab, "wire").substr(0, 4);
  const auto octet = [&](std::size_t at) {
    return static_cast<std::uint8_t>(std::stoul(digits.substr(at, 2), nullptr, 16));
  };
  return MacAddress{{0x52, 0x54, 0x00, octet(0), octet(2), static_cast<std::uint8_t>(index)}};
}

MachinePlan plan_machine(const LabRequest& request, std::string name, int index) {
  const std::string seed = request.seed.value_or(request.name);
  const std::string digits = identity(seed, name);
  return MachinePlan{.name = std::move(name),
                     .mac = make_mac(seed, index),
                     .uuid = render_uuid(digits),
                     .serial = "LAB" + digits.substr(32, 10),
                     .firmware = request.firmware,
                     .accelerator = request.accelerator,
                     .card = request.card,
                     .node_boot = request.node_boot};
}

MachinePlan plan_head(const LabRequest& request) {
  MachinePlan head = plan_machine(request, "head", 0);
  head.role = Role::head;
  head.cpus = std::clamp(request.host_cpus, 1, 2);
  head.memory = request.head_memory;
  head.iso = request.iso;
  head.medium = request.medium;
  head.disk = request.head_disk;
  head.site = request.site;
  return head;
}

Status validate(const LabRequest& request) {
  if (!is_host_label(request.name) || request.name.size() > 32) {
    return fail(std::format("'{}' is no name for a lab", printable(request.name)),
                "use letters, digits and inner hyphens, at most 32");
  }
  if (request.nodes < 0 || request.nodes > kMostNodes) {
    return fail(std::format("a lab cannot have {} nodes", request.nodes),
                std::format("ask for 0 to {}", kMostNodes));
  }
  if (request.node_boot == NodeBoot::http && request.firmware == Firmware::bios) {
    return fail("BIOS firmware does not boot by HTTP", "use --firmware uefi or secureboot");
  }
  for (const Bytes memory : {request.head_memory, request.node_memory}) {
    if (memory < kLeastMemory) {
      return fail(std::format("a machine cannot start in {}", to_string(memory)),
                  std::format("give it {} or more", to_string(kLeastMemory)));
    }
  }
  return {};
}

}  // namespace

const MachinePlan* LabPlan::find_machine(std::string_view machine) const {
  const auto found = std::ranges::find(machines, machine, &MachinePlan::name);
  return found == machines.end() ? nullptr : &*found;
}

MachinePlan plan_node(const LabRequest& request, int index) {
  MachinePlan node = plan_machine(request, std::format("n{}", index), index);
  node.memory = request.node_memory;
  node.disk = request.node_disk;
  return node;
}

Result<LabPlan> plan_lab(const LabRequest& request) {
  TRY(validate(request));
  LabPlan plan{.name = request.name,
               .seed = request.seed.value_or(request.name),
               .directory = request.directory,
               .machines = {}};
  plan.machines.push_back(plan_head(request));
  for (int index = 1; index <= request.nodes; ++index) {
    plan.machines.push_back(plan_node(request, index));
  }
  return plan;
}

Bytes host_memory(const MachinePlan& machine) {
  return {machine.memory.count + kEmulatorMemory.count};
}

Bytes host_memory(const LabPlan& plan) {
  Bytes sum;
  for (const MachinePlan& machine : plan.machines) sum.count += host_memory(machine).count;
  return sum;
}

std::string tap_name(std::string_view machine) { return std::format("tap-{}", machine); }

bool has_site(const LabPlan& plan) {
  return std::ranges::contains(plan.machines, Site::present, &MachinePlan::site);
}

std::vector<std::string> site_server_command() {
  const std::string network(kSiteAddress.substr(0, kSiteAddress.rfind('.')));
  return {"dnsmasq",
          "--keep-in-foreground",
          "--conf-file=/dev/null",
          "--user=root",
          "--no-resolv",
          "--no-hosts",
          "--no-ping",
          "--bind-interfaces",
          "--leasefile-ro",
          "--pid-file",
          std::format("--interface={}", kSite),
          std::format("--address=/site.example/{}", kSiteAddress),
          std::format("--dhcp-range={0}.50,{0}.99,1h", network)};
}

std::string render_wire(const LabPlan& plan) {
  // No spanning tree and no learning of groups: a port carries frames from the moment it is up, as
  // firmware that gives up after a few seconds needs.
  std::string text = std::format(
      "link set lo up\n"
      "link add {0} type bridge stp_state 0 forward_delay 0 mcast_snooping 0\n"
      "link set {0} addrgenmode none\n"
      "link set {0} up\n",
      kWire);
  for (const MachinePlan& machine : plan.machines) text += render_port(machine.name);
  if (has_site(plan)) {
    text += std::format(
        "link add {0} address {3} type bridge stp_state 0 forward_delay 0 mcast_snooping 0\n"
        "address add {1}/24 dev {0}\n"
        "link set {0} up\n"
        "tuntap add {2} mode tap\n"
        "link set {2} master {0} up\n",
        kSite, kSiteAddress, kSiteTap, kSiteMac);
  }
  return text;
}

std::string render_port(std::string_view machine) {
  return std::format(
      "tuntap add {0} mode tap\n"
      "link set {0} addrgenmode none\n"
      "link set {0} master {1} up\n",
      tap_name(machine), kWire);
}

}  // namespace muster::lab
