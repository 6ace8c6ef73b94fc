// What nodes boot from: DHCP, TFTP and HTTP.

#include <set>

#include "apps/plans/planner.h"

namespace muster::plans {
namespace {

using plan::Plan;
using plan::Service;
using plan::WriteFile;

constexpr const char* kNginxFile = "/etc/muster/nginx.conf";
constexpr const char* kDnsmasqFile = "/etc/muster/dnsmasq.conf";
constexpr const char* kNginx = "muster-nginx.service";
constexpr const char* kDnsmasq = "muster-dnsmasq.service";

/// What nodes fetch, each file once: the images share a kernel and their lowest layers.
std::vector<std::string> files_of(const ClusterView& view) {
  std::set<std::string> files;
  for (const provisioning::MicrocodeFile& microcode : view.microcode) {
    files.insert(microcode.file.path);
  }
  for (const provisioning::Image& image : view.images) {
    files.insert({image.kernel.path, image.initrd.path});
    for (const auto& layer : image.layers) files.insert(layer.path);
  }
  return {files.begin(), files.end()};
}

plan::Owns boot_owns(const spec::ClusterSpec&) {
  return {.files = {kNginxFile, kDnsmasqFile}, .units = {kNginx, kDnsmasq}};
}

HeadPlan boot_on_head(const ClusterView& view) {
  const std::string dnsmasq = view.state_directory + "/dnsmasq";
  const std::string tls = view.state_directory + "/tls";
  provisioning::HttpSite site{.head = view.spec.head.address.address,
                              .medium = view.facts.medium,
                              .boot_directory = view.boot_directory,
                              .node_socket = view.node_socket,
                              .certificate = tls + "/head.pem",
                              .key = tls + "/head.pem",
                              .ca = tls + "/ca.crt"};
  site.files = files_of(view);
  Plan plan;
  plan.add(WriteFile{.path = kNginxFile, .content = provisioning::render_nginx(site)});
  plan.add(
      WriteFile{.path = kDnsmasqFile,
                .content = provisioning::render_dnsmasq(wire_of(view), dnsmasq + "/hosts",
                                                        dnsmasq + "/names", view.boot_directory)});
  plan.add(
      Service{.unit = kNginx, .on_change = Service::OnChange::reload, .watches = {kNginxFile}});
  plan.add(Service{.unit = kDnsmasq, .watches = {kDnsmasqFile}});
  return {.plan = std::move(plan)};
}

}  // namespace

constinit const Planner kBoot = {.origin = "boot", .owns = boot_owns, .head = boot_on_head};

}  // namespace muster::plans
