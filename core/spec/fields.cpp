#include "core/spec/fields.h"

#include "core/spec/field_rows.h"
#include "core/spec/mistakes.h"

namespace muster::spec {
namespace {

using rows::section;
using rows::sections;
using rows::value;
using rows::values;

constexpr auto kRequired = Presence::required;

const Field kExternal[] = {
    value<kExternalCard, &External::card>(
        {.key = "interface",
         .doc = "The card that leads to the site. `auto` takes the one of the cards that are left "
                "on which a DHCP server answers, or else the only one that has a cable; `none` is "
                "for a head without such a network. With `bond`, the name of the bond; "
                "`auto` names it external.",
         .fallback = "auto"}),
    value<kExternalAddress, &External::address>(
        {.key = "address",
         .doc = "The head's address in the site's network, or `dhcp`.",
         .fallback = "dhcp",
         .example = "192.0.2.10/24"}),
    value<kAddress, &External::gateway>(
        {.key = "gateway",
         .doc = "The router of the site's network. DHCP names its own.",
         .example = "192.0.2.1"}),
    values<kAddress, &External::dns>(
        {.key = "dns",
         .doc = "Name servers for all names outside the cluster. DHCP names its own.",
         .example = "192.0.2.53"}),
    values<kTimeServer, &External::ntp>(
        {.key = "ntp",
         .doc = "Time servers. Those that DHCP names and Debian's pool are asked as well.",
         .example = "ntp.example.org"}),
    value<kVlan, &External::vlan>(
        {.key = "vlan",
         .doc = "The VLAN (IEEE 802.1Q) in which the site's network arrives on the card.",
         .example = "20"}),
    values<kCardName, &External::bond>(
        {.key = "bond", .doc = "Cards that together are one link.", .example = "eno3"}),
    value<kBondMode, &External::bond_mode>(
        {.key = "bond_mode",
         .doc = "How the cards of `bond` share the work: one works and the others wait "
                "(`active-backup`), or all do, with a switch that speaks LACP (`802.3ad`).",
         .fallback = "active-backup"}),
    value<kFirewall, &External::firewall>(
        {.key = "firewall",
         .doc = "Whether Muster refuses what arrives from the site but for `open`. `auto` is `on` "
                "for a head that runs from the ISO and `off` for an installed "
                "head.",
         .fallback = "auto"}),
    values<kOpenPort, &External::open>(
        {.key = "open",
         .doc = "What the firewall lets in from the site. An empty list lets nothing in.",
         .fallback = "ssh"}),
};

const Field kHead[] = {
    value<kHostLabel, &ClusterSpec::head, &Head::hostname>(
        {.key = "hostname", .doc = "The head's own name.", .fallback = "head"}),
    value<kInterfaceName, &ClusterSpec::head, &Head::interface>(
        {.key = "interface",
         .doc = "The card that leads to the nodes. `auto` takes the only one. Of several it takes "
                "the one that it took before, or the one that is left when a cable, a default "
                "route or another DHCP server shows which card leads to the site. When that "
                "leaves a choice, the head asks on its console and never guesses.",
         .fallback = "auto"}),
    value<kAddressWithPrefix, &ClusterSpec::head, &Head::address>(
        {.key = "address",
         .doc = "The head's address on the network of the nodes, and with its prefix that network.",
         .fallback = "10.42.0.1/16"}),
    values<kSshKey, &ClusterSpec::head, &Head::ssh_keys>(
        {.key = "ssh_keys",
         .doc = "Public keys that may log in to the head as root. Without any, the head makes a "
                "random password at each boot of a live head and shows it on its console only.",
         .example = "ssh-ed25519 "
                    "AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f "
                    "ada@desk"}),
    value<kLocale, &ClusterSpec::head, &Head::locale>(
        {.key = "locale",
         .doc = "Language and character set of the head and its nodes, one that Debian's package "
                "`locales` has.",
         .fallback = "C.UTF-8"}),
    value<kTimeZone, &ClusterSpec::head, &Head::time_zone>(
        {.key = "time_zone",
         .doc = "Time zone of the head and its nodes. A head that was installed as packages keeps "
                "the zone of its server. An older name of a zone, such as 'US/Pacific', takes a "
                "new ISO.",
         .fallback = "Etc/UTC"}),
    section<&ClusterSpec::head, &Head::external>(
        {.key = "external",
         .doc = "The head's second network, which leads to the site: people log in from there, and "
                "jobs reach it by `nodes.route`. An installed head keeps the "
                "network settings that it has; of this section it takes `interface`, `firewall` "
                "and `open`."},
        kExternal),
    values<kPackage, &ClusterSpec::head_packages>(
        {.key = "packages",
         .doc = "Debian packages of the head beside those that every head has.",
         .example = "htop"}),
};

const Field kNodes[] = {
    value<kNodePrefix, &Nodes::prefix>(
        {.key = "prefix", .doc = "What every node's name starts with.", .fallback = "n"}),
    value<kDigits, &Nodes::digits>(
        {.key = "digits",
         .doc = "How many digits a node's number has at least: 3 gives n001, n002 and so on.",
         .fallback = "3"}),
    value<kAddressRange, &Nodes::addresses>(
        {.key = "addresses",
         .doc = "Addresses of the cluster's own nodes. They are given in order and then stay.",
         .derived = "from `head.address`",
         .example = "10.42.1.1-10.42.255.254"}),
    value<kAddressRange, &Nodes::unknown_addresses>(
        {.key = "unknown_addresses",
         .doc = "Addresses that machines have on loan until they are adopted.",
         .derived = "from `head.address`",
         .example = "10.42.0.100-10.42.0.250"}),
    value<kRoute, &Nodes::route>(
        {.key = "route",
         .doc =
             "How nodes reach the site and the internet: not at all (`none`), by the head, which "
             "lends them its own address there (`nat`), or by the head with the addresses that "
             "they have (`direct`; the site's router must know the way to them). `auto` is "
             "`nat` when the head has an external network, else `none`.",
         .fallback = "auto"}),
};

const Field kAdoption[] = {
    value<kAdoptionPolicy, &Adoption::policy>(
        {.key = "policy",
         .doc =
             "What happens to a machine that nobody knows: `open` makes it a node at once, `ask` "
             "shows it and waits for `muster node adopt`, `closed` ignores it.",
         .fallback = "open"}),
    value<kTimeLimit, &Adoption::open_for>(
        {.key = "open_for",
         .doc = "How long `open` lasts after the head's boot; from then on it is `ask`.",
         .fallback = "30 min"}),
};

const Field kProfiles[] = {
    value<kName, &Profile::name>(
        {.key = "name", .doc = "The profile's name.", .example = "default", .presence = kRequired}),
    value<kName, &Profile::image>({.key = "image",
                                   .doc = "The image that these nodes boot: a name from `images`.",
                                   .fallback = "compute"}),
    values<kKernelArgument, &Profile::kernel_arguments>(
        {.key = "kernel_arguments",
         .doc = "Words on the kernel's command line, after those of the image.",
         .example = "console=ttyS0,115200"}),
};

const Field kImages[] = {
    value<kName, &Image::name>(
        {.key = "name", .doc = "The image's name.", .example = "compute", .presence = kRequired}),
    values<kPackage, &Image::packages>(
        {.key = "packages",
         .doc = "Debian packages in the image beside those that every node has.",
         .example = "libfftw3-double3"}),
    values<kKernelArgument, &Image::kernel_arguments>(
        {.key = "kernel_arguments",
         .doc = "Words on the kernel's command line of every node that boots this image.",
         .example = "mitigations=auto"}),
};

const Field kUsers[] = {
    value<kUserName, &User::name>({.key = "name",
                                   .doc = "The name to log in with.",
                                   .example = "ada",
                                   .presence = kRequired}),
    value<kUid, &User::uid>(
        {.key = "uid",
         .doc =
             "The user's number, the same on head and nodes. Without one the next free is taken.",
         .example = "2001"}),
    value<kFullName, &User::full_name>(
        {.key = "full_name", .doc = "The name to show to people.", .example = "Ada Lovelace"}),
    values<kSshKey, &User::ssh_keys>(
        {.key = "ssh_keys",
         .doc = "Public keys that may log in as this user.",
         .example = "ssh-ed25519 "
                    "AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f "
                    "ada@desk"}),
};

const Field kExtensions[] = {
    value<kName, &Extension::name>(
        {.key = "name", .doc = "The extension's name.", .example = "hello", .presence = kRequired}),
    value<kVersion, &Extension::version>({.key = "version",
                                          .doc = "The version that is wanted, exactly; without it, "
                                                 "the newest that the ISO is made with.",
                                          .example = "1.0.0"}),
    values<kSettingChoice, &Extension::settings>(
        {.key = "settings",
         .doc =
             "Settings of the extension, as `muster ext configure` takes them. The head sets them "
             "when it starts.",
         .example = "greeting=Good morning."}),
};

const Field kVolumes[] = {
    value<kName, &Volume::name>(
        {.key = "name", .doc = "The volume's name.", .example = "scratch", .presence = kRequired}),
    value<kStorageDriver, &Volume::driver>(
        {.key = "driver", .doc = kStorageDriversDoc, .fallback = kStorageDriverWords.front()}),
    value<kMountPoint, &Volume::mount>({.key = "mount",
                                        .doc = "Where head and nodes see it.",
                                        .example = "/scratch",
                                        .presence = kRequired}),
    values<kName, &Volume::profiles>(
        {.key = "profiles",
         .doc = "The profiles whose nodes mount it; without it, nodes of every profile do. The "
                "head and every node have /home.",
         .example = "default",
         .empty = FieldText::Empty::refused}),
};

const Field kGroups[] = {
    value<kName, &Group::name>({.key = "name",
                                .doc = "The group's name; node sets have it as `@name`.",
                                .example = "rack1",
                                .presence = kRequired}),
    value<kNodeSet, &Group::nodes>({.key = "nodes",
                                    .doc = "The nodes in it, whether they are adopted yet or not.",
                                    .example = "n[001-016]",
                                    .presence = kRequired}),
};

const Field kHpc[] = {
    value<kPartition, &Hpc::partition>(
        {.key = "partition",
         .doc = "The Slurm partition of all nodes, which takes jobs that name no partition.",
         .fallback = "all"}),
    value<kJobTime, &Hpc::time_limit>(
        {.key = "time_limit", .doc = "The longest time of a job.", .fallback = "unlimited"}),
};

const Field kCluster[] = {
    value<kSchemaVersion, &ClusterSpec::schema>({.key = "schema",
                                                 .doc = "Version of this file's format.",
                                                 .example = "1",
                                                 .presence = kRequired}),
    value<kName, &ClusterSpec::name>(
        {.key = "name", .doc = "The cluster's name.", .example = "muster", .presence = kRequired}),
    value<kRelease, &ClusterSpec::release>({.key = "release",
                                            .doc = "The Debian release of head and nodes.",
                                            .fallback = kDebianRelease}),
    value<kMirror, &ClusterSpec::mirror>(
        {.key = "mirror",
         .doc = "Where Debian packages come from while images are built; without it, from the "
                "archives that apt on the building machine uses. Security updates come from that "
                "machine's security archive in either case. In their own /etc/apt, head and nodes "
                "have this mirror, or else Debian's servers.",
         .example = "http://mirror.example.org/debian"}),
    value<kKernelFlavour, &ClusterSpec::kernel>(
        {.key = "kernel",
         .doc = "Debian's kernel flavour: `amd64` for machines, the smaller `cloud` for virtual "
                "machines only.",
         .fallback = "amd64"}),
    value<kFirmware, &ClusterSpec::firmware>(
        {.key = "firmware",
         .doc = "Firmware files in the images: `none`, those of `network` cards that a node "
                "needs to boot and talk, or `all`, which adds graphics drivers and their "
                "firmware. With `network` and `all` the head loads the microcode of its "
                "processor when it starts, and so does every node; with `none` no machine does.",
         .fallback = "network"}),
    section<>({.key = "head", .doc = "The machine that leads the cluster."}, kHead),
    section<&ClusterSpec::nodes>({.key = "nodes", .doc = "Names and addresses of nodes."}, kNodes),
    section<&ClusterSpec::adoption>(
        {.key = "adoption", .doc = "How machines that are switched on become nodes."}, kAdoption),
    sections<&ClusterSpec::profiles>(
        {.key = "profiles",
         .doc = "Settings that nodes share. A new node gets the first profile.",
         .fallback = "default"},
        kProfiles),
    sections<&ClusterSpec::images>(
        {.key = "images", .doc = "Systems that nodes boot.", .fallback = "compute"}, kImages),
    sections<&ClusterSpec::users>(
        {.key = "users", .doc = "People who run jobs; they are the same on head and nodes."},
        kUsers),
    sections<&ClusterSpec::extensions>(
        {.key = "extensions",
         .doc = "Extensions of the cluster. The ISO has them, and its "
                "head installs them when it starts."},
        kExtensions),
    sections<&ClusterSpec::volumes>({.key = "volumes", .doc = "Storage that head and nodes share."},
                                    kVolumes),
    sections<&ClusterSpec::groups>(
        {.key = "groups",
         .doc =
             "Names for sets of nodes, such as a rack. Beside them every profile and every state "
             "of nodes is a group, and `@*` is all nodes."},
        kGroups),
    section<&ClusterSpec::hpc>({.key = "hpc", .doc = "The scheduler of jobs."}, kHpc),
};

void collect(std::span<const Field> fields, const std::string& prefix,
             std::vector<FieldPath>& paths) {
  for (const Field& field : fields) {
    const std::string path = prefix + std::string(field.text.key);
    paths.push_back({path, &field});
    collect(field.fields, path + (field.shape == Shape::sections ? "[]." : "."), paths);
  }
}

}  // namespace

const Table& cluster_table() {
  static constexpr Table kTable = {.fields = kCluster,
                                   .answer_to_key = spec::answer_to_key,
                                   .answer_to_shape = spec::answer_to_shape};
  return kTable;
}

std::span<const Field> cluster_fields() { return kCluster; }

std::vector<FieldPath> all_fields(std::span<const Field> fields) {
  std::vector<FieldPath> paths;
  collect(fields, "", paths);
  return paths;
}

std::vector<FieldPath> all_fields() { return all_fields(kCluster); }

}  // namespace muster::spec
