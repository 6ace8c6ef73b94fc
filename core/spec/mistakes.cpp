#include "core/spec/mistakes.h"

#include <algorithm>
#include <array>

#include "core/base/text.h"
#include "core/spec/word_list.h"

namespace muster::spec {
namespace {

/// Sections and keys are lists of words. The section "." is the file itself, "*" is every section.
struct Answer {
  std::string_view sections;
  std::string_view keys;
  std::string_view hint;
};

constexpr std::string_view kNodesAreFound =
    "nodes are not listed here: machines that boot from the network are found by themselves, and "
    "'muster node import FILE' on the head takes a list of names, addresses and MAC addresses";

/// The first row that fits is the answer.
constexpr auto kAnswers = std::to_array<Answer>({
    // Nodes.
    {"nodes",
     "count number size names name list hosts host mac macs ip ips n node nodes nodelist machines "
     "members",
     kNodesAreFound},
    {". hpc head",
     "hosts machines inventory node nodelist node_list compute computes compute_nodes workers "
     "clients servers",
     kNodesAreFound},
    {"nodes", "profile image kernel_arguments",
     "a new node gets the first of 'profiles'; 'muster node set NODES --profile NAME' on the head "
     "gives another"},
    {"profiles", "nodes members hosts",
     "nodes get a profile on the head: muster node set NODES --profile NAME"},
    {"nodes", "range addresses_range ip_range pool start end", "write it as 'addresses'"},
    {"nodes", "dhcp_range dhcp_pool dynamic lease_range loan unknown",
     "write it as 'unknown_addresses'"},
    {"groups", "hosts members node", "write it as 'nodes'"},
    // Networks.
    {". nodes hpc",
     "network networks networking subnet cidr lan ip address netmask private_network "
     "internal_network",
     "the nodes' network is head.address, an address with its prefix, such as '10.42.0.1/16'"},
    {"head", "ip ipaddr ip_address netmask network prefix subnet",
     "write it as 'address', with its prefix, such as '10.42.0.1/16'"},
    {"head", "nic card device adapter iface ifname eth port", "write it as 'interface'"},
    {". nodes", "interface nic card device bridge",
     "the card that leads to the nodes is head.interface"},
    {"head.external", "nic card device iface ifname", "write it as 'interface'"},
    {"head.external", "ip ipaddr netmask", "write it as 'address', with its prefix"},
    {"head.external", "nameserver nameservers dns_servers", "write it as 'dns', a list"},
    {"head.external", "router gw default_gateway", "write it as 'gateway'"},
    {"head.external", "bonding team lacp mode", "write 'bond', a list of cards, and 'bond_mode'"},
    {"head.external", "port ports open_ports allow", "write it as 'open', a list"},
    {". head",
     "wan uplink campus public public_interface public_network external_interface outside",
     "the head's network to the site is head.external"},
    {". head nodes", "gateway router gw", "the site's router is head.external.gateway"},
    {". head nodes", "dns nameserver nameservers dns_servers resolvers",
     "name servers of the site are head.external.dns; nodes ask the head"},
    {". head nodes", "ntp chrony timeserver time_server time_servers",
     "time servers are head.external.ntp; nodes take the head's time"},
    {". head nodes", "vlan vlans vlan_id",
     "a VLAN is possible in the head's network to the site: head.external.vlan; the switch port of "
     "the nodes' network must be without a tag"},
    {". head nodes", "bond bonds bonding team lacp",
     "a bond is possible in the head's network to the site: head.external.bond; on an installed "
     "head, head.interface may be a bond that the server has"},
    {". head", "nat masquerade routing routes forward forwarding ip_forward",
     "how nodes reach the site is nodes.route"},
    {". head nodes", "firewall ports open open_ports iptables nftables",
     "what the head lets in from the site is head.external.firewall and head.external.open"},
    {". head", "domain dns_domain fqdn", "the cluster's name is its DNS domain: 'name'"},
    {". head nodes", "dhcp dhcpd",
     "the head serves DHCP by itself; 'muster dhcp' on the head decides beside another server"},
    {". head nodes hpc", "ipv6 ip6 address6", "Muster's networks are IPv4; leave it out"},
    {". head nodes", "infiniband ib ipoib fabric",
     "InfiniBand needs no setting for MPI jobs; 'muster help jobs' says how to choose it"},
    {". head nodes", "proxy http_proxy https_proxy apt_proxy",
     "the build uses the proxy of the building machine's apt; 'mirror' names another archive"},
    // Jobs.
    {". hpc", "partitions queues queue",
     "this version has one partition, hpc.partition, with every node; jobs choose nodes by their "
     "profile: sbatch --constraint PROFILE"},
    {".", "slurm scheduler jobs slurm_conf workload pbs sge", "the scheduler's keys are in 'hpc'"},
    {". hpc nodes profiles images", "gpu gpus gres accelerator accelerators cuda nvidia",
     "accelerators are found by themselves and need no key; jobs ask for them with --gres=gpu:1"},
    {"hpc", "max_time maxtime walltime wall_time timelimit limit", "write it as 'time_limit'"},
    {". hpc", "accounting slurmdbd qos fairshare accounts database",
     "this version has no accounting database; leave it out"},
    {"hpc", "mpi openmpi", "Open MPI is there by itself; 'muster help jobs' says how to use it"},
    // Power and consoles.
    {"*", "bmc ipmi power redfish ilo idrac console_server",
     "Muster does not switch machines on and off; use the management controllers' own programs, "
     "such as 'ipmitool' or 'ipmipower'"},
    // Storage.
    {".", "storage filesystems filesystem mounts mount nfs shares exports home homes scratch fstab",
     "what head and nodes share is 'volumes'"},
    {"volumes",
     "server host address export exports source remote path options device type size quota fstype",
     "this version shares directories of the head only, with 'name' and 'mount'; other servers' "
     "file systems are mounted by settings of your own"},
    {"volumes", "nodes profile groups only_on mounted_on clients",
     "nodes mount a volume by their profile, and not by name or group: write 'profiles', a list"},
    {"volumes", "mountpoint mount_point target directory dir", "write it as 'mount'"},
    {". head nodes images", "disks disk raid swap partitioning local_scratch",
     "disks of nodes are not touched; 'muster head keep' gives the head's state a disk"},
    // People.
    {". head", "ldap sssd sss ad active_directory nis freeipa ipa kerberos krb5 directory",
     "this version reads no directory service; write people with their numbers in 'users', or add "
     "them with 'muster user add'"},
    {"users", "groups group gid primary_group",
     "each user has a group of the same name and number, and no other; 'groups' at the top of the "
     "file are sets of nodes"},
    {"users", "password passwd hash hashed_password",
     "people log in with keys: write ssh_keys, and no password"},
    {"users", "home homedir shell", "homes are /home/NAME with /bin/bash; leave it out"},
    {"users", "sudo admin root wheel is_admin", "who may be root is in head.ssh_keys"},
    {"users", "id uidnumber user_id number", "write it as 'uid'"},
    {"users", "gecos comment realname real_name fullname display_name email mail",
     "write it as 'full_name'"},
    {"users", "user username login", "write it as 'name'"},
    {"users head", "key keys ssh_key sshkey sshkeys pubkey public_key authorized_keys ssh",
     "write it as 'ssh_keys', a list"},
    {"head", "password passwd root_password",
     "root has no password here: write ssh_keys, or leave both out to get a random password on the "
     "head's console"},
    {".", "admin admins root root_keys", "who may log in as root is head.ssh_keys"},
    // Systems.
    {"profiles images", "kernel_args kernel_parameters kernel_params cmdline append bootargs args",
     "write it as 'kernel_arguments', a list"},
    {". head nodes", "kernel_arguments kernel_args cmdline append",
     "kernel arguments belong in profiles[] or images[]"},
    {"profiles nodes hpc", "packages package install",
     "packages belong in images[], and a profile names its image"},
    {".", "packages package install",
     "packages of nodes belong in images[], those of the head in head.packages"},
    {"images", "image file base path url iso os distribution distro",
     "every image is a Debian of 'release' with 'packages'; leave it out"},
    {".", "os distribution distro debian suite codename", "write it as 'release'"},
    {".", "repo repos repository repositories sources apt archive archives",
     "packages come from the archives of the building machine's apt; 'mirror' names another "
     "mirror"},
    {". head nodes", "timezone tz timezones", "write it as head.time_zone"},
    {". head nodes", "language lang locales keyboard", "write it as head.locale"},
    {".", "version api_version apiversion", "write it as 'schema'"},
    {".", "cluster cluster_name clustername title", "write it as 'name'"},
    {"head", "name host host_name fqdn", "write it as 'hostname'"},
    {". head nodes images", "files overlay overlays postscripts scripts ansible playbook run",
     "Muster manages no files beside its own; put them into a Debian package, and name it in "
     "'packages' of the image"},
    {". head", "mail smtp email alerts notifications",
     "Muster sends no mail; 'muster status --json' is for programs that do"},
    {". head nodes", "syslog logging log logs journal",
     "this version forwards no logs; leave it out"},
    {". head nodes", "monitoring prometheus ganglia grafana metrics nagios",
     "leave it out; 'muster metrics' has the figures of the cluster"},
    {". head nodes images", "modules lmod easybuild spack software apptainer containers",
     "software for all lies in a shared volume, such as one with mount: /opt/apps"},
    {".", "ha failover backup secondary", "a cluster has one head; leave it out"},
});

/// "Kernel-Args" as "kernel_args".
std::string normal(std::string_view key) {
  std::string text = lower(key);
  std::ranges::replace_if(text, [](char c) { return c == '-' || c == ' ' || c == '.'; }, '_');
  return text;
}

/// What to write where the file has something of another kind.
struct ShapeAnswer {
  std::string_view path;
  std::string_view hint;
};

constexpr auto kShapes = std::to_array<ShapeAnswer>({
    {"nodes", kNodesAreFound},
    {"head", "the head is one machine: write 'head:' and below it lines such as 'hostname: head'"},
    {"hpc", "this version has one partition: write 'hpc:' and below it 'partition: NAME'"},
    {"adoption", "write 'adoption:' and below it 'policy: open', 'ask' or 'closed'"},
    {"head.external",
     "write 'external:' and below it 'interface: NAME', or leave it out for a network with DHCP"},
});

}  // namespace

std::optional<std::string> answer_to_key(std::string_view section, std::string_view key) {
  const std::string wanted = normal(key);
  const std::string_view where = section.empty() ? "." : section;
  const auto row = std::ranges::find_if(kAnswers, [&](const Answer& answer) {
    const bool here = answer.sections == "*" || has_word(answer.sections, where);
    return here && !wanted.empty() && has_word(answer.keys, wanted);
  });
  return row == kAnswers.end() ? std::nullopt : std::optional(std::string(row->hint));
}

std::optional<std::string> answer_to_shape(std::string_view path) {
  const auto row = std::ranges::find(kShapes, path, &ShapeAnswer::path);
  return row == kShapes.end() ? std::nullopt : std::optional(std::string(row->hint));
}

}  // namespace muster::spec
