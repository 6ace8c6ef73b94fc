#include "plans/head_rights.h"

#include "tests/unit/plans/trusted_plans.h"

namespace muster::plans {
namespace {

using plan::WriteFile;

/// The plan with what an extension wants, and root's own grants.
class TrustedExtensions : public Trusted {
 protected:
  static extensions::Grant lamp() {
    return {.name = "lamp",
            .rights = {{.place = extensions::Place::head,
                        .files = {"/etc/lamp.conf"},
                        .directories = {"/srv/lamp"},
                        .units = {"lamp.service"},
                        .reason = "light"},
                       {.files = {"/etc/node.conf"}, .reason = "light"}}};
  }
  Result<plan::Plan> check_with(std::vector<plan::Step> steps,
                                const std::vector<extensions::Grant>& grants = {lamp()}) {
    plan::Plan plan = daemons();
    for (plan::Step& step : steps) plan.add(std::move(step));
    const auto rights = head_rights(spec_, grants);
    EXPECT_TRUE(rights) << rights.error().text();
    // As it travels: without origins.
    plan = plan::parse_plan_value(plan::to_json(plan)).value();
    TRY(rights->policy.check(plan));
    return check_plan(plan, {.spec = spec_, .facts = facts_, .policy = &rights->policy});
  }
};

TEST_F(TrustedExtensions, have_what_root_granted_them_on_the_head) {
  const auto plan =
      check_with({WriteFile{.path = "/etc/lamp.conf", .content = "on"},
                  plan::MakeDirectory{.path = "/srv/lamp"},
                  WriteFile{.path = "/srv/lamp/a/b", .content = "on"},
                  plan::Unit{.unit = "lamp.service"}, plan::Service{.unit = "lamp.service"}});
  ASSERT_TRUE(plan) << plan.error().text();
  EXPECT_EQ(plan->steps.back().origin, "extension lamp");
  EXPECT_NE(plan->steps.front().origin, "extension lamp");
}

TEST_F(TrustedExtensions, have_nothing_else_on_the_head) {
  for (const plan::Step& step : std::vector<plan::Step>{
           WriteFile{.path = "/etc/node.conf", .content = "granted on nodes"},
           WriteFile{.path = "/etc/lamp.conf", .content = "a program", .mode = 0755},
           WriteFile{.path = "/srv/lamp/x", .content = "setuid", .mode = 04644},
           WriteFile{.path = "/etc/slurm/slurm.conf", .content = "Muster's"},
           WriteFile{.path = "/srv/lamps", .content = "x"},
           plan::Service{.unit = "ssh.service", .state = plan::Service::State::stopped},
           plan::Service{.unit = "slurmctld.service"},
           plan::Unit{.unit = "lamp.service", .state = plan::Unit::State::masked},
           plan::MakeLink{.path = "/etc/lamp.conf", .to = "/etc/shadow"},
           plan::RunCommand{.name = "x", .check = {"/bin/sh"}, .run = {"/bin/sh"}},
           plan::InstallPackage{.name = "lamp"}}) {
    EXPECT_FALSE(check_with({step})) << plan::describe(step);
  }
  EXPECT_FALSE(check_with({WriteFile{.path = "/etc/lamp.conf", .content = "on"}}, {}));
}

TEST_F(TrustedExtensions, give_nothing_away) {
  for (const plan::Step& step : std::vector<plan::Step>{
           WriteFile{.path = "/etc/lamp.conf", .content = "x", .owner = "www-data"},
           WriteFile{.path = "/etc/lamp.conf", .content = "x", .mode = 0664},
           plan::MakeDirectory{.path = "/srv/lamp", .owner = "www-data"},
           plan::MakeDirectory{.path = "/srv/lamp/a", .mode = 01777}}) {
    EXPECT_FALSE(check_with({step})) << plan::describe(step);
  }
}

TEST_F(TrustedExtensions, without_a_right_cost_the_head_nothing_else) {
  plan::Plan plan = daemons();
  const std::size_t own = plan.steps.size();
  plan.add(WriteFile{.path = "/etc/gone.conf", .content = "x"});
  plan.add(WriteFile{.path = "/etc/lamp.conf", .content = "on"});
  plan.add(plan::Service{.unit = "gone.service"});
  const auto rights = head_rights(spec_, {lamp()});
  const auto no_units = [](const auto&, const auto&, const auto&) -> Result<bool> { return false; };
  const auto taken = take_out_unowned(plan, rights->policy, no_units).value();
  ASSERT_EQ(taken.size(), 2U);
  EXPECT_EQ(plan::subject(taken[0]), "file /etc/gone.conf");
  EXPECT_EQ(plan.steps.size(), own + 1);
  EXPECT_TRUE(check_plan(plan, {.spec = spec_, .facts = facts_, .policy = &rights->policy}));
  plan.steps.insert(plan.steps.begin(), WriteFile{.path = "/etc/shadow", .content = "x"});
  EXPECT_TRUE(take_out_unowned(plan, rights->policy, no_units)->empty())
      << "before Muster's own steps";
}

TEST_F(TrustedExtensions, run_only_units_that_root_installed) {
  const std::string file = "/etc/systemd/system/lamp.service";
  const auto rights = head_rights(spec_, {lamp()});
  const auto taken = [&](const WriteFile& step) {
    plan::Plan plan = daemons();
    plan.add(step);
    return take_out_unowned(
               plan, rights->policy,
               [](const std::string& extension, const std::string& unit, const std::string& text) {
                 return extension == "lamp" && unit == "lamp.service" && text == "own";
               })
        ->size();
  };
  EXPECT_EQ(taken({.path = file, .content = "own"}), 0U);
  EXPECT_EQ(taken({.path = file, .content = "[Service]\nExecStart=/bin/sh -c evil\n"}), 1U);
  EXPECT_EQ(taken({.path = "/etc/systemd/system/other.service", .content = "own"}), 1U);
}

TEST_F(TrustedExtensions, cannot_own_what_is_musters_or_anothers) {
  const auto refused = [&](const extensions::Right& right) {
    extensions::Grant other{.name = "other", .rights = {right}};
    other.rights[0].place = extensions::Place::head;
    const auto rights = head_rights(spec_, {lamp(), other});
    EXPECT_TRUE(rights);
    EXPECT_FALSE(rights->refused.contains("lamp"));
    return rights->refused.contains("other");
  };
  EXPECT_TRUE(refused({.files = {"/etc/slurm/slurm.conf"}}));
  EXPECT_TRUE(refused({.directories = {"/etc/slurm"}}));
  EXPECT_TRUE(refused({.units = {"slurmctld.service"}}));
  EXPECT_TRUE(refused({.files = {"/srv/lamp/x"}}));
  EXPECT_TRUE(refused({.directories = {"/srv/lamp/x"}}));
  EXPECT_TRUE(refused({.directories = {"/srv"}}));
  EXPECT_FALSE(refused({.files = {"/etc/other.conf"}}));
  // One that has no right takes none from others.
  EXPECT_TRUE(check_with(
      {WriteFile{.path = "/etc/lamp.conf", .content = "on"}},
      {lamp(),
       {.name = "zoo",
        .rights = {
            {.place = extensions::Place::head, .units = {"slurmctld.service"}, .reason = "x"}}}}));
}

}  // namespace
}  // namespace muster::plans
