#include "apps/musterd/cluster.h"

#include <chrono>
#include <format>
#include <grp.h>
#include <print>

#include <nlohmann/json.hpp>

#include "apps/musterd/adoption.h"
#include "apps/plans/boots.h"
#include "apps/plans/preview.h"
#include "core/base/text.h"
#include "core/os/files.h"
#include "core/os/unix_socket.h"
#include "core/spec/node_names.h"
#include "hpc/hpc_plan.h"
#include "provisioning/head/installed.h"

namespace muster::daemon {
namespace {

/// Between two knocks of a plan that did not hold.
constexpr std::int64_t kRetryMs = 15'000;
/// Between two looks at one that held: somebody may have changed what it says.
constexpr std::int64_t kCheckAgainMs = 240'000;

provisioning::RegistrySettings registry_settings(const spec::ClusterSpec& spec) {
  return {.name_prefix = spec.nodes.prefix,
          .name_digits = spec.nodes.digits,
          .addresses = spec.nodes.addresses,
          .default_profile = spec.profiles.front().name,
          .opened_ms = now_ms()};
}

/// The head's TLS certificate, made anew at every start: it lives as long as the head runs.
Status write_server_certificate(const provisioning::Authority& authority,
                                const spec::ClusterSpec& spec,
                                const std::filesystem::path& directory) {
  TRY_ASSIGN(const auto made, provisioning::make_request());
  TRY_ASSIGN(
      const auto issued,
      authority.issue_server(made.request, {"DNS:" + spec.head.hostname,
                                            std::format("DNS:{}.{}", spec.head.hostname, spec.name),
                                            "IP:" + to_string(spec.head.address.address)}));
  // nginx reads it, and is not root.
  TRY(os::write_file(directory / "head.key", made.key, {.mode = 0640, .gid = web_server_group()}));
  TRY(os::write_file(directory / "head.crt", issued.certificate));
  return os::write_file(directory / "ca.crt", authority.certificate());
}

/// The steps that the helper had to make true, as its report names them.
std::vector<std::string> changed_steps(const nlohmann::json& report) {
  std::vector<std::string> steps;
  for (const auto& step : report.value("steps", nlohmann::json::array())) {
    if (step.value("outcome", "") == "changed") steps.push_back(step.value("step", ""));
  }
  return steps;
}

/// Whether a node has a certificate of the authority.
provisioning::Dependents dependents_of(const provisioning::Registry& registry) {
  bool some = false;
  registry.each(
      [&](const provisioning::Node& node) { some = some || !node.certificate_serial.empty(); });
  return some ? provisioning::Dependents::some : provisioning::Dependents::none;
}

}  // namespace

int web_server_group() {
  const group* const entry = getgrnam(kWebServerGroup);
  return entry == nullptr ? -1 : static_cast<int>(entry->gr_gid);
}

Result<std::unique_ptr<Cluster>> Cluster::open(const Settings& settings) {
  std::unique_ptr<Cluster> cluster(new Cluster);
  cluster->settings_ = settings;
  const auto installed = head::read_installed_file(settings.spec);
  if (!installed) return std::unexpected(installed.error());
  cluster->spec_ = installed->spec.value();
  cluster->remarks_ = installed->remarks;
  TRY_ASSIGN(const std::string facts, os::read_file(settings.facts));
  TRY_ASSIGN(cluster->facts_, head::parse_facts(facts));
  // Without the names cards are called by their numbers.
  if (const auto names = os::read_file(settings.pci_names)) {
    cluster->names_ = provisioning::PciNames::parse(*names);
  }
  cluster->boots_ = plans::read_boots(cluster->spec_, cluster->facts_.medium);
  cluster->images_ = cluster->boots_->images();
  TRY_ASSIGN(cluster->store_, state::open_sqlite_store((settings.state / "state.db").string()));
  TRY_ASSIGN(cluster->registry_,
             provisioning::Registry::open(*cluster->store_, registry_settings(cluster->spec_)));
  TRY_ASSIGN(auto authority,
             provisioning::Authority::open(settings.state / "ca", cluster->spec_.name,
                                           dependents_of(*cluster->registry_)));
  cluster->authority_ = std::make_unique<provisioning::Authority>(std::move(authority));
  if (const Status written =
          write_server_certificate(*cluster->authority_, cluster->spec_, settings.state / "tls");
      !written) {
    // A disk that is full must not keep the head from working: the last one is good for years.
    if (!std::filesystem::exists(settings.state / "tls/head.crt"))
      return std::unexpected(written.error());
    std::println(stderr, "musterd: {}", written.error().text());
  }
  TRY(cluster->load_keys());
  TRY(cluster->load_ssh_authority());
  TRY(cluster->load_users());
  TRY(cluster->load_dhcp_mode());
  TRY(cluster->load_adoption());
  return cluster;
}

Status Cluster::load_keys() {
  const auto path = settings_.state / "secrets" / "slurm.key";
  if (!std::filesystem::exists(path)) {
    TRY(os::make_directory(path.parent_path(), {.mode = 0700}));
    TRY(os::write_file(path, hpc::make_slurm_key(), {.mode = 0600}));
  }
  TRY_ASSIGN(slurm_key_, os::read_file(path));
  return {};
}

/// The authority for host keys, and the head's own certificate, which is made anew when its key or
/// its names are others.
Status Cluster::load_ssh_authority() {
  TRY_ASSIGN(auto authority, provisioning::SshAuthority::open(settings_.state / "ca"));
  ssh_authority_ = std::make_unique<provisioning::SshAuthority>(std::move(authority));
  if (facts_.host_key.empty()) return {};
  const std::string& name = spec_.head.hostname;
  const std::vector<std::string> names = {std::format("{}.{}", name, spec_.name), name,
                                          to_string(spec_.head.address.address)};
  const std::string made_for =
      std::format("{} {} {}", ssh_authority_->public_key(), facts_.host_key, join(names, ","));
  const auto path = settings_.state / "ca" / "ssh-head-cert.json";
  const auto kept = std::filesystem::exists(path) ? os::read_file(path) : fail("none yet");
  const auto value = kept ? nlohmann::json::parse(*kept, nullptr, false) : nlohmann::json();
  if (value.is_object() && value.value("made_for", "") == made_for) {
    ssh_certificate_ = value.value("certificate", "");
    return {};
  }
  TRY_ASSIGN(ssh_certificate_,
             ssh_authority_->certify_host(facts_.host_key, {.names = names, .id = name}));
  const nlohmann::json record = {{"made_for", made_for}, {"certificate", ssh_certificate_}};
  if (const Status written = os::write_file(path, record.dump()); !written) {
    // A disk that is full must not keep the head from working: it is made again at the next start.
    std::println(stderr, "musterd: {}", written.error().text());
  }
  return {};
}

plans::ClusterView Cluster::view(const spec::ClusterSpec& spec,
                                 std::span<const provisioning::Node> nodes,
                                 const hpc::UserTable& users) {
  return {.spec = spec,
          .facts = facts_,
          .images = images_,
          .microcode = boots_->microcode(),
          .dhcp = dhcp_mode(),
          .nodes = nodes,
          .address_lost_ms = registry_->address_lost_ms(),
          .users = users,
          .slurm_key = slurm_key_,
          .ssh_authority = ssh_authority_->public_key(),
          .head_ssh_certificate = ssh_certificate_,
          .names = names_,
          .state_directory = settings_.state.string(),
          .boot_directory = settings_.boot.string(),
          .node_socket = (settings_.run / "node.sock").string()};
}

Status Cluster::set_profile(std::span<const std::string> names, const std::string& profile) {
  if (const auto lost = boots_->unbootable().find(profile); lost != boots_->unbootable().end()) {
    return std::unexpected(lost->second);
  }
  if (!boots_->knows(profile)) {
    return fail(std::format("there is no profile '{}'", printable(profile)),
                "profiles of this cluster: " + join(boots_->profiles(), ", "));
  }
  return registry_->set_profile(names, profile, now_ms());
}

Status Cluster::adopt_as(const std::string& id, const std::string& name) {
  TRY(spec::check_node_name(name, spec_));
  return registry_->adopt_as(id, name, now_ms());
}

Status Cluster::fits(const provisioning::Node& node) const {
  if (const Status named = spec::check_node_name(node.name, spec_); !named) {
    return fail(named.error().message, named.error().hint + "; nothing was imported");
  }
  if (!spec_.nodes.addresses.contains(node.address)) {
    return fail(
        std::format("{} of {} is not in nodes.addresses ({})", to_string(node.address), node.name,
                    to_string(spec_.nodes.addresses)),
        "give it an address in there, or make nodes.addresses longer; nothing was imported");
  }
  return {};
}

plan::Plan Cluster::head_plan() {
  const auto nodes = registry_->nodes();
  const hpc::UserTable table = users();
  return plans::plan_head(view(spec_, nodes, table)).plan;
}

NodePlans& Cluster::node_plans() {
  node_plans_.refresh(generation_, [this] {
    const hpc::UserTable table = users();
    return plans::plan_any_node(view(spec_, {}, table));
  });
  return node_plans_;
}

Result<Cluster::Changes> Cluster::changes_of(const spec::ClusterSpec& spec) {
  const auto nodes = registry_->nodes();
  const hpc::UserTable now = users();
  const plans::SpecUsers wanted = plans::with_spec_users(now, spec, spec_users_);
  if (!wanted.refused.empty()) return std::unexpected(wanted.refused.front());
  const hpc::UserTable& then = wanted.table;
  const provisioning::Node node = nodes.empty() ? plans::first_node(spec) : nodes.front();
  return Changes{.head = plan::diff(plans::plan_head(view(spec_, nodes, now)).plan,
                                    plans::plan_head(view(spec, nodes, then)).plan),
                 .node = plan::diff(plans::plan_node(view(spec_, {}, now), node),
                                    plans::plan_node(view(spec, {}, then), node))};
}

std::vector<Error> Cluster::refused_nodes() {
  const std::scoped_lock lock(mutex_);
  return refused_;
}

Status Cluster::write_published() {
  const std::uint64_t stamp = generation_;
  const hpc::UserTable table = users();
  // The time of the last lost address before the nodes: when it is too old, dnsmasq only starts
  // anew once more; when it were too new, it would keep what a removed machine had.
  plans::ClusterView shown = view(spec_, {}, table);
  const auto nodes = registry_->nodes();
  shown.nodes = nodes;
  const auto directory = settings_.state / "dnsmasq";
  TRY(os::write_directory(directory / "hosts", provisioning::render_dhcp_hosts(nodes)));
  TRY(os::write_file(directory / "names" / "nodes",
                     provisioning::render_names(plans::wire_of(shown), nodes)));
  plans::HeadPlan head = plans::plan_head(shown);
  {
    const std::scoped_lock lock(mutex_);
    refused_ = std::move(head.refused);
  }
  // An address that a machine lost is dnsmasq's to forget before another one gets it.
  const auto decisions = std::pair(stamp, shown.address_lost_ms);
  const bool decided = decisions != published_decisions_;
  const std::string plan = plan::to_json(head.plan).dump(1);
  if (plan == published_plan_) {
    published_decisions_ = decisions;
    if (decided && !plan_holds_) pace_.changed(ApplyPace::Cause::decision, steady_ms());
    return {};
  }
  TRY(os::write_file(settings_.state / "head-plan.json", plan, {.mode = 0600}));
  published_decisions_ = decisions;
  published_plan_ = plan;
  plan_holds_ = false;
  applied_ms_ = 0;
  pace_.changed(decided ? ApplyPace::Cause::decision : ApplyPace::Cause::nodes, steady_ms());
  const std::scoped_lock lock(mutex_);
  if (owed_ms_ == 0) owed_ms_ = steady_ms();
  return {};
}

Status Cluster::start_apply() {
  applied_ms_ = steady_ms();
  TRY_ASSIGN(os::Handle socket, os::connect_unix(settings_.helper));
  helper_.emplace(std::move(socket));
  pace_.begun();
  is_check_ = plan_holds_;
  asked_for_ = published_plan_;
  asked_at_ = published_;
  return {};
}

Status Cluster::look_at_helper() {
  auto line = helper_->poll_line();
  if (line && !*line) return {};
  helper_.reset();
  if (!line) return std::unexpected(line.error());
  const auto report = nlohmann::json::parse(**line, nullptr, false);
  const bool succeeded = report.is_object() && report.value("succeeded", false);
  // What changed while the helper worked is asked for next.
  plan_holds_ = succeeded && asked_for_ == published_plan_;
  const std::scoped_lock lock(mutex_);
  if (is_check_ && report.is_object()) {
    for (const std::string& step : changed_steps(report)) drift_.note(step, now_ms());
  }
  trouble_.clear();
  // A report of what failed tells its reasons itself.
  owed_ms_ = asked_for_ == published_plan_ ? 0 : steady_ms();
  // Who waits for a user does not wait for the nodes that came since.
  tell_answered(asked_for_ == published_plan_ ? published_ : asked_at_);
  return {};
}

bool Cluster::is_check_due() const {
  return plan_holds_ && applied_ms_ != 0 && steady_ms() - applied_ms_ >= kCheckAgainMs;
}

Drift Cluster::drift() {
  const std::scoped_lock lock(mutex_);
  return drift_;
}

/// Under mutex_.
void Cluster::tell_answered(std::uint64_t generation) {
  answered_ = generation;
  answered_changed_.notify_all();
}

bool Cluster::wait_until_answered(std::chrono::milliseconds time) {
  const std::uint64_t wanted = generation_ + registry_->generation();
  std::unique_lock lock(mutex_);
  answered_changed_.wait_for(lock, time, [&] { return ends_ || answered_ >= wanted; });
  return answered_ >= wanted;
}

void Cluster::end_waits() {
  const std::scoped_lock lock(mutex_);
  ends_ = true;
  answered_changed_.notify_all();
}

Status Cluster::publish_changes() {
  const std::uint64_t now = generation_ + registry_->generation();
  if (now == published_) return {};
  TRY(write_published());
  published_ = now;
  const std::scoped_lock lock(mutex_);
  if (plan_holds_) tell_answered(published_);
  return {};
}

Status Cluster::publish() {
  Status done = publish_changes();
  const bool waits = applied_ms_ != 0 && steady_ms() - applied_ms_ < kRetryMs;
  const bool owes_plan = !plan_holds_ && !waits && pace_.is_due(steady_ms());
  if (done && helper_) {
    done = look_at_helper();
  } else if (done && (owes_plan || is_check_due())) {
    done = start_apply();
  }
  if (done) return {};
  const std::scoped_lock lock(mutex_);
  trouble_ = done.error().text();
  if (owed_ms_ == 0) owed_ms_ = steady_ms();
  return done;
}

std::optional<std::string> Cluster::plan_delay() {
  // The longest step may take three minutes (core/apply).
  constexpr std::int64_t kLongMs = 240'000;
  const std::scoped_lock lock(mutex_);
  if (owed_ms_ == 0) return std::nullopt;
  if (!trouble_.empty()) return trouble_;
  const std::int64_t waits_ms = steady_ms() - owed_ms_;
  if (waits_ms < kLongMs) return std::nullopt;
  return std::format("the helper is at work for {} s", waits_ms / 1000);
}

}  // namespace muster::daemon
