// What nodes boot from: DHCP, TFTP and HTTP.

#include "core/base/layout.h"
#include "plans/planner.h"
#include "provisioning/blobs.h"

namespace muster::plans {
namespace {

using plan::Plan;
using plan::Service;
using plan::WriteFile;

constexpr const char* kNginxFile = "/etc/muster/nginx.conf";
constexpr const char* kDnsmasq = "muster-dnsmasq.service";

plan::Owns boot_owns(const spec::ClusterSpec&) {
  return {.files = {kNginxFile, layout::kDnsmasqConf}, .units = {layout::kWebUnit, kDnsmasq}};
}

HeadPlan boot_on_head(const ClusterView& view) {
  const std::string dnsmasq = view.state_directory + "/dnsmasq";
  const std::string tls = view.state_directory + "/tls";
  const provisioning::HttpSite site{.head = view.spec.head.address.address,
                                    .blobs = provisioning::kBlobDirectory,
                                    .boot_directory = view.boot_directory,
                                    .node_socket = view.node_socket,
                                    .certificate = tls + "/head.pem",
                                    .key = tls + "/head.pem",
                                    .ca = tls + "/ca.crt"};
  Plan plan;
  plan.add(WriteFile{.path = kNginxFile, .content = provisioning::render_nginx(site)});
  plan.add(
      WriteFile{.path = layout::kDnsmasqConf,
                .content = provisioning::render_dnsmasq(network_of(view), dnsmasq + "/hosts",
                                                        dnsmasq + "/names", view.boot_directory)});
  plan.add(Service{
      .unit = layout::kWebUnit, .on_change = Service::OnChange::reload, .watches = {kNginxFile}});
  plan.add(Service{.unit = kDnsmasq, .watches = {layout::kDnsmasqConf}});
  return {.plan = std::move(plan)};
}

}  // namespace

extern constinit const Planner kBoot = {.origin = "boot", .owns = boot_owns, .head = boot_on_head};

}  // namespace muster::plans
