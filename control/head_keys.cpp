#include "control/head_keys.h"

#include <filesystem>
#include <format>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/json/json.h"
#include "core/os/files.h"
#include "core/os/name_service.h"
#include "hpc/hpc_plan.h"

namespace muster::control {
namespace {

/// Whether a node has a certificate of the authority.
provisioning::Dependents dependents_of(const provisioning::Registry& registry) {
  bool some = false;
  registry.each(
      [&](const provisioning::Node& node) { some = some || !node.certificate_serial.empty(); });
  return some ? provisioning::Dependents::some : provisioning::Dependents::none;
}

}  // namespace

Result<int> find_gid(const char* group) {
  TRY_ASSIGN(const auto entry, os::find_group(group));
  return entry ? static_cast<int>(entry->gid) : -1;
}

Status HeadKeys::load(std::vector<Error>& lost) {
  TRY(load_authority());
  pending_.write("the certificate of its web server", [this] { return write_server_identity(); });
  load_slurm_key(lost);
  TRY(load_ssh_authority(lost));
  certify_host_key(lost);
  return {};
}

/// Key and certificate are one file: a power cut leaves the old pair or the new one, never half of
/// each.
Status HeadKeys::write_server_identity() const {
  const auto directory = sources_.settings.state / "tls";
  const auto path = directory / "head.pem";
  const std::string& name = sources_.spec.head.hostname;
  const std::vector<std::string> names = {"DNS:" + name,
                                          std::format("DNS:{}.{}", name, sources_.spec.name),
                                          "IP:" + to_string(sources_.spec.head.address.address)};
  // nginx reads it, and is not root.
  TRY_ASSIGN(const int readers, find_gid(kWebServerGroup));
  const os::FileMode mode{.mode = 0640, .gid = readers};
  TRY(os::update_file(directory / "ca.crt", authority_->certificate()));
  const auto kept = os::read_file(path);
  if (kept && authority_->check_server(*kept, names)) {
    // What earlier versions had; nginx reads the new file by now.
    TRY(os::remove_tree(directory / "head.key"));
    TRY(os::remove_tree(directory / "head.crt"));
    return os::update_file(path, *kept, mode);
  }
  TRY_ASSIGN(const auto made, provisioning::make_request());
  TRY_ASSIGN(const auto issued, authority_->issue_server(made.request, names));
  return os::write_file(path, made.key + issued.certificate, mode);
}

/// Nodes know the authority that they joined under: another one may take its place only where there
/// never was one.
Status HeadKeys::load_authority() {
  const auto directory = sources_.settings.state / "ca";
  auto opened = provisioning::Authority::open(directory, sources_.spec.name,
                                              dependents_of(sources_.registry));
  const bool is_kept = opened.has_value();
  if (!is_kept && !provisioning::Authority::is_missing(directory)) {
    return std::unexpected(std::move(opened).error());
  }
  if (!is_kept) opened = provisioning::Authority::make(sources_.spec.name);
  if (!opened) return std::unexpected(std::move(opened).error());
  authority_ = std::make_unique<provisioning::Authority>(std::move(*opened));
  if (is_kept) return {};
  pending_.write("the cluster's authority",
                 [this, directory] { return authority_->save(directory); });
  return {};
}

void HeadKeys::load_slurm_key(std::vector<Error>& lost) {
  const auto path = sources_.settings.state / "secrets" / "slurm.key";
  const bool is_first = os::is_missing(path);
  auto key = is_first ? fail("there is no key yet") : os::read_file(path);
  const bool is_kept = key && !key->empty();
  slurm_key_ = is_kept ? std::move(*key) : hpc::make_slurm_key();
  if (is_kept) return;
  if (!is_first) {
    lost.push_back({.message = std::format("the key of Slurm in '{}' cannot be read; another one "
                                           "serves until musterd ends",
                                           path.string()),
                    .hint = "restore a backup ('muster restore FILE'), or remove it and restart "
                            "musterd"});
    return;
  }
  pending_.write("the key of Slurm", [this, path]() -> Status {
    TRY(os::make_directory(path.parent_path(), {.mode = 0700}));
    return os::write_file(path, slurm_key_, {.mode = 0600});
  });
}

/// The authority for host keys.
Status HeadKeys::load_ssh_authority(std::vector<Error>& lost) {
  const auto directory = sources_.settings.state / "ca";
  auto opened = provisioning::SshAuthority::open(directory);
  const std::optional<Error> trouble = opened ? std::nullopt : std::optional(opened.error());
  if (trouble) opened = provisioning::SshAuthority::make();
  if (!opened) return std::unexpected(std::move(opened).error());
  ssh_authority_ = std::make_unique<provisioning::SshAuthority>(std::move(*opened));
  if (!trouble) return {};
  if (!provisioning::SshAuthority::is_missing(directory)) {
    lost.push_back({.message = std::format("the authority for SSH host keys cannot be read; "
                                           "another one serves until musterd ends: {}",
                                           trouble->message),
                    .hint = trouble->hint});
    return {};
  }
  pending_.write("the authority for SSH host keys",
                 [this, directory] { return ssh_authority_->save(directory); });
  return {};
}

/// The certificate of the head's own host key, which is made anew when its key or its names are
/// others.
void HeadKeys::certify_host_key(std::vector<Error>& lost) {
  if (sources_.facts.host_key.empty()) return;
  const std::string& name = sources_.spec.head.hostname;
  const std::vector<std::string> names = {std::format("{}.{}", name, sources_.spec.name), name,
                                          to_string(sources_.spec.head.address.address)};
  const std::string made_for = std::format("{} {} {}", ssh_authority_->public_key(),
                                           sources_.facts.host_key, join(names, ","));
  const auto path = sources_.settings.state / "ca" / "ssh-head-cert.json";
  const auto kept = os::read_file(path);
  const auto value = kept ? nlohmann::json::parse(*kept, nullptr, false) : nlohmann::json();
  if (muster::json::text_of(value, "made_for") == made_for) {
    ssh_certificate_ = muster::json::text_of(value, "certificate");
    return;
  }
  const auto made =
      ssh_authority_->certify_host(sources_.facts.host_key, {.names = names, .id = name});
  if (!made) {
    lost.push_back({.message = std::format("the head's SSH host key has no certificate: {}",
                                           made.error().message),
                    .hint = "people are asked whether they believe the head; 'journalctl -u "
                            "muster-host-keys' says more"});
    return;
  }
  ssh_certificate_ = *made;
  const nlohmann::json record = {{"made_for", made_for}, {"certificate", ssh_certificate_}};
  pending_.write("the certificate of its SSH host key",
                 [path, record] { return os::write_file(path, record.dump()); });
}

}  // namespace muster::control
