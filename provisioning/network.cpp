#include "provisioning/network.h"

#include <format>
#include <ranges>

#include "core/base/layout.h"
#include "provisioning/protocol.h"

namespace muster::provisioning {
namespace {

std::string loan_range(const Ipv4Range& range, std::string_view tag, Ipv4Address mask) {
  return std::format("dhcp-range={}set:unknown,{},{},{},30m\n", tag, to_string(range.first),
                     to_string(range.last), to_string(mask));
}

/// Addresses on loan. Those of machines that boot from the network come first: other clients of the
/// network, such as management controllers, have the last quarter and no more.
std::string loan_lines(const NodeNetwork& network) {
  const Ipv4Range all = network.unknown_addresses;
  const Ipv4Address mask{network.head.mask()};
  const auto others = static_cast<std::uint32_t>(all.size() / 4);
  // What firmware, boot loaders and the initrd's ipconfig call themselves (RFC 2132 §9.13).
  std::string text =
      "dhcp-vendorclass=set:netboot,PXEClient\n"
      "dhcp-vendorclass=set:netboot,HTTPClient\n"
      "dhcp-vendorclass=set:netboot,Linux ipconfig\n";
  text += loan_range({all.first, {all.last.value - others}}, "tag:netboot,", mask);
  if (others > 0) text += loan_range({{all.last.value - others + 1}, all.last}, "", mask);
  return text;
}

std::string dhcp_lines(const NodeNetwork& network) {
  const std::string head = to_string(network.head.address);
  const Ipv4Address mask{network.head.mask()};
  switch (network.dhcp) {
    case DhcpMode::silent:
      return "";
    case DhcpMode::proxy:
      return std::format("dhcp-range={},proxy,{}\n", to_string(network.head.network()),
                         to_string(mask));
    case DhcpMode::serve:
      return std::format(
          "dhcp-authoritative\n"
          "{0}"
          "dhcp-range=set:known,{1},static,{2},12h\n"
          "dhcp-option=option:dns-server,{3}\n"
          "dhcp-option=option:ntp-server,{3}\n"
          // A machine that nobody adopted is shown no way out.
          "dhcp-option=option:router\n"
          "{4}",
          loan_lines(network), to_string(network.head.network()), to_string(mask), head,
          network.passage == Passage::open
              ? std::format("dhcp-option=tag:known,option:router,{}\n", head)
              : "");
  }
  return "";
}

/// What each kind of firmware is told to load (RFC 4578 §2.1 client architectures).
std::string boot_lines(const NodeNetwork& network) {
  if (network.dhcp == DhcpMode::silent) return "";
  const std::string head = to_string(network.head.address);
  std::string text = std::format(
      "dhcp-match=set:ipxe,175\n"
      "dhcp-match=set:bios,option:client-arch,0\n"
      "dhcp-match=set:efi,option:client-arch,7\n"
      "dhcp-match=set:efi,option:client-arch,9\n"
      "dhcp-match=set:http,option:client-arch,16\n"
      "dhcp-option-force=tag:http,60,HTTPClient\n"
      "dhcp-boot=tag:http,tag:!ipxe,http://{0}/shimx64.efi\n"
      "dhcp-boot=tag:ipxe,http://{0}/boot/entry.ipxe\n"
      "dhcp-boot=tag:bios,tag:!ipxe,undionly.kpxe\n"
      "dhcp-boot=tag:efi,tag:!ipxe,shimx64.efi\n",
      head);
  if (network.dhcp == DhcpMode::proxy) {
    text += std::format(
        "pxe-service=tag:!ipxe,X86PC,Muster,undionly.kpxe\n"
        "pxe-service=tag:!ipxe,X86-64_EFI,Muster,shimx64.efi\n"
        "pxe-service=tag:ipxe,X86PC,Muster,http://{0}/boot/entry.ipxe\n",
        head);
  }
  return text;
}

std::string proxied(std::string_view location, std::string_view socket,
                    std::string_view limit = "") {
  // Every header that says who asks is written here, so that none of them can be sent by the
  // client.
  return std::format(
      "    location {} {{\n"
      "{}"
      "      proxy_pass http://unix:{}:;\n"
      "      proxy_set_header X-Muster-Address $remote_addr;\n"
      "      proxy_set_header X-Muster-Verified $ssl_client_verify;\n"
      "      proxy_set_header X-Muster-Node $ssl_client_s_dn;\n"
      "      proxy_set_header X-Muster-Serial $ssl_client_serial;\n"
      "    }}\n",
      location, limit, socket);
}

std::string file_location(std::string_view url, std::string_view file) {
  return std::format("    location = {} {{ alias {}; }}\n", url, file);
}

/// nginx's own answers as a location, in the form of every refusal: a program that reads them needs
/// to know of no pages. `statuses` are nginx's; `told` is the client's. A quotation mark or a
/// dollar in `refusal` would be nginx's own.
std::string refusal_location(std::string_view statuses, int told, const Refusal& refusal) {
  const std::string_view first = statuses.substr(0, statuses.find(' '));
  return std::format(
      "    error_page {} = @refused_{};\n"
      "    location @refused_{} {{ default_type application/json; return {} '{}'; }}\n",
      statuses, first, first, told, render_refusal(refusal));
}

std::string refusal_locations() {
  return refusal_location("404", 404, {.error = "no such page"}) +
         refusal_location("413", 413, {.error = "the body is too long"}) +
         refusal_location("429", 429,
                          {.error = "too many requests from this address", .hint = "ask again"}) +
         refusal_location("500 502 503 504", 503,
                          {.error = "musterd does not answer", .hint = "ask again"});
}

/// What TLS itself refuses: nginx has statuses of its own for that (ngx_http_ssl_module, "Error
/// Processing").
std::string tls_refusal_locations() {
  return refusal_location("495", 400,
                          {.error = "the certificate ran out or is not of this cluster",
                           .hint = "enrol again",
                           .refused = Refused::certificate}) +
         refusal_location("496", 400, {.error = "the certificate of a node is needed"}) +
         refusal_location("497", 400, {.error = "this port takes TLS only"});
}

// A node has one connection for its question and one for all else, and each of them has one to
// musterd until it is answered: ten thousand nodes have thirty thousand as a rule, and forty
// thousand for moments. The kernel spreads them unevenly over the workers. Each connection costs
// 400 bytes from the start, in every worker and for eight nodes as well: with a worker for each
// processor a large head would give gigabytes for nothing.
constexpr std::string_view kHttpHead =
    "worker_processes 4;\n"
    "pid /run/muster-nginx/nginx.pid;\n"
    "error_log stderr warn;\n"
    "events { worker_connections 32768; }\n"
    "http {\n"
    "  access_log off;\n"
    "  server_tokens off;\n"
    "  sendfile on;\n"
    "  tcp_nopush on;\n"
    "  default_type application/octet-stream;\n"
    // One machine that asks without end must not keep the others from being heard.
    "  limit_req_zone $binary_remote_addr zone=said:10m rate=50r/s;\n"
    "  limit_req_status 429;\n"
    "  limit_conn_zone $binary_remote_addr zone=open:10m;\n"
    "  limit_conn_status 429;\n"
    "  limit_conn open 64;\n"
    "  client_max_body_size 1m;\n"
    "  client_body_temp_path /run/muster-nginx/body;\n"
    "  proxy_temp_path /run/muster-nginx/proxy;\n"
    "  fastcgi_temp_path /run/muster-nginx/fastcgi;\n"
    "  uwsgi_temp_path /run/muster-nginx/uwsgi;\n"
    "  scgi_temp_path /run/muster-nginx/scgi;\n";

std::string plain_server(const HttpSite& site) {
  std::string text =
      std::format("  server {{\n    listen {}:80 backlog=4096;\n", to_string(site.head));
  // Agents of versions before hashes ask below /medium/.
  text += std::format("    location ~ \"^/(?:blob|medium)/([0-9a-f]{{64}})$\" {{ alias {}/$1; }}\n",
                      site.blobs);
  // A loader that came over HTTP looks for its configuration there as well, not over TFTP.
  for (const std::string_view file : {"shimx64.efi", "grubx64.efi", "grub/grub.cfg"}) {
    text +=
        file_location(std::format("/{}", file), std::format("{}/{}", site.boot_directory, file));
  }
  // GRUB looks for these beside its configuration and complains on the console when they are
  // missing.
  text +=
      "    location ~ ^/grub/x86_64-efi/(command|fs|crypto|terminal)\\.lst$ { return 200 ''; }\n";
  for (const std::string_view path : {"/boot/", "/grub/", "/node/v1/discover", "/node/v1/stage"}) {
    text += proxied(path, site.node_socket, "      limit_req zone=said burst=200 nodelay;\n");
  }
  return text + refusal_locations() + "    location / { return 404; }\n  }\n";
}

std::string tls_server(const HttpSite& site) {
  std::string text = std::format(
      "  server {{\n"
      "    listen {}:443 ssl backlog=4096;\n"
      "    ssl_protocols TLSv1.3;\n"
      "    ssl_certificate {};\n"
      "    ssl_certificate_key {};\n"
      "    ssl_client_certificate {};\n"
      "    ssl_verify_client optional;\n"
      "    ssl_session_cache off;\n",
      to_string(site.head), site.certificate, site.key, site.ca);
  // A token proves nothing before it was looked at.
  text += proxied("= /node/v1/enrol", site.node_socket,
                  "      limit_req zone=said burst=200 nodelay;\n");
  for (const std::string_view path : {"/node/v1/renew", "/node/v1/plan", "/node/v1/report",
                                      "/node/v1/heartbeat", "/node/v1/tasks", "/node/v1/task"}) {
    text += proxied(std::format("= {}", path), site.node_socket);
  }
  return text + refusal_locations() + tls_refusal_locations() +
         "    location / { return 404; }\n  }\n";
}

}  // namespace

std::string_view to_string(DhcpMode mode) {
  return mode == DhcpMode::serve ? "serve" : mode == DhcpMode::proxy ? "proxy" : "silent";
}

std::string render_dnsmasq(const NodeNetwork& network, const std::string& hosts_directory,
                           const std::string& names_directory, const std::string& tftp_directory) {
  const std::uint64_t leases = network.unknown_addresses.size() + network.node_addresses.size();
  return std::format(
             "# Written by musterd; changes here are lost.\n"
             "interface={0}\n"
             "listen-address={1}\n"
             "bind-interfaces\n"
             "except-interface=lo\n"
             "{8}\n"
             "no-hosts\n"
             "domain={2}\n"
             "local=/{2}/\n"
             "expand-hosts\n"
             "dhcp-lease-max={3}\n"
             "# Leases end with the daemon: one of a machine that was replaced would keep the\n"
             "# address from its successor. An address was last taken from a machine at {7}.\n"
             "dhcp-leasefile={9}\n"
             "dhcp-hostsdir={4}\n"
             "hostsdir={5}\n"
             "enable-tftp={0}\n"
             "tftp-root={6}\n"
             "tftp-max=512\n"
             "log-dhcp\n",
             network.interface, to_string(network.head.address), network.cluster, leases,
             hosts_directory, names_directory, tftp_directory, network.address_lost_ms,
             network.resolvers.empty() ? "no-resolv" : "resolv-file=" + network.resolvers,
             layout::kLeases) +
         dhcp_lines(network) + boot_lines(network);
}

std::map<std::string, std::string> render_dhcp_hosts(std::span<const Node> nodes) {
  // dnsmasq cuts lines at 1024 bytes; the card that was booted from is the first.
  constexpr std::size_t kMacsOfALine = 47;
  constexpr std::uint32_t kFileMask = ~std::uint32_t{63};
  std::map<std::string, std::string> files;
  for (const Node& node : nodes) {
    if (node.name.empty() || node.address.value == 0) continue;
    std::string& text = files[to_string(Ipv4Address{node.address.value & kFileMask})];
    for (const MacAddress& mac : node.hardware.macs | std::views::take(kMacsOfALine)) {
      text += to_string(mac) + ",";
    }
    if (node.claimed_mac) text += to_string(*node.claimed_mac) + ",";
    text += std::format("{},{}\n", to_string(node.address), node.name);
  }
  return files;
}

std::string render_names(const NodeNetwork& network, std::span<const Node> nodes) {
  std::string text = std::format("{} {}\n", to_string(network.head.address), network.head_name);
  for (const Node& node : nodes) {
    if (node.name.empty() || node.address.value == 0) continue;
    text += std::format("{} {}\n", to_string(node.address), node.name);
  }
  return text;
}

std::string render_nginx(const HttpSite& site) {
  return std::string(kHttpHead) + plain_server(site) + tls_server(site) + "}\n";
}

}  // namespace muster::provisioning
