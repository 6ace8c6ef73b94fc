#include "extensions/scheduler_settings.h"

#include <gtest/gtest.h>

namespace muster::extensions {
namespace {

TEST(SchedulerSettings, are_keys_with_values_that_the_scheduler_starts_with) {
  for (const auto& [key, value] : std::initializer_list<std::pair<const char*, const char*>>{
           {"AccountingStorageType", "accounting_storage/slurmdbd"},
           {"AccountingStorageHost", "10.42.0.1"},
           {"AccountingStorageHost", "db.example.org"},
           {"AccountingStorageEnforce", "associations,limits,qos"},
           {"AccountingStoragePort", "6819"},
           {"AccountingStorageTRES", "gres/gpu,gres/gpu:a100"},
           {"PriorityDecayHalfLife", "14-0"},
           {"PriorityDecayHalfLife", "5"},
           {"PriorityMaxAge", "7-12:30:00"},
           {"PriorityWeightFairshare", "10000"},
           {"Licenses", "matlab:4,solver"},
           {"PriorityWeightTRES", "cpu=1000,gres/gpu=5000"}}) {
    const Status right = check_scheduler_setting(key, value);
    EXPECT_TRUE(right) << key << "=" << value << ": " << right.error().text();
    EXPECT_TRUE(is_scheduler_key(key));
  }
}

TEST(SchedulerSettings, start_no_program_and_name_no_file) {
  for (const char* const key :
       {"Prolog", "Epilog", "JobSubmitPlugins", "PlugStackConfig", "SlurmUser", "MailProg",
        "HealthCheckProgram", "PluginDir", "Include", "StateSaveLocation", "JobCompLoc",
        "accountingstoragetype", "", "AccountingStorageType ", "NodeName"}) {
    EXPECT_FALSE(is_scheduler_key(key)) << key;
    EXPECT_EQ(check_scheduler_setting(key, "1").error().kind, ErrorKind::invalid) << key;
  }
}

TEST(SchedulerSettings, have_no_value_that_ends_a_line_or_stops_the_scheduler) {
  for (const auto& [key, value] : std::initializer_list<std::pair<const char*, const char*>>{
           {"AccountingStorageType", "accounting_storage/mysql"},
           {"AccountingStorageType", ""},
           {"AccountingStorageHost", "a b"},
           {"AccountingStorageHost", "/tmp/x"},
           {"AccountingStorageEnforce", "limits,,qos"},
           {"AccountingStorageEnforce", "limits, qos"},
           {"AccountingStoragePort", "-1"},
           {"AccountingStoragePort", "06819"},
           {"PriorityWeightAge", "4294967295"},
           {"PriorityMaxAge", "7-"},
           {"PriorityMaxAge", "1-2-3"},
           {"PriorityMaxAge", "1:2:3:4"},
           {"PriorityMaxAge", "UNLIMITED"},
           {"Licenses", "a:1\nProlog=/tmp/x"},
           {"Licenses", "a:1 # more"},
           {"Licenses", "../a"},
           {"Licenses", "matlab:four"},
           {"Licenses", "matlab:"},
           {"Licenses", "a\\"},
           {"AccountingStorageTRES", "foo"},
           {"AccountingStorageTRES", "gres/"},
           {"AccountingStoragePort", "70000"},
           {"AccountingStoragePort", "0"},
           {"PriorityWeightTRES", "foo=1"},
           {"PriorityWeightTRES", "cpu"},
           {"PriorityDecayHalfLife", "0-0"},
           {"PriorityCalcPeriod", "0"}}) {
    const Status right = check_scheduler_setting(key, value);
    ASSERT_FALSE(right) << key << "=" << value;
    EXPECT_TRUE(right.error().message.contains(key)) << right.error().message;
  }
  EXPECT_FALSE(check_scheduler_setting("Licenses", std::string(1001, 'a')));
}

TEST(SchedulerSettings, go_together) {
  EXPECT_TRUE(check_scheduler_settings({}));
  EXPECT_TRUE(check_scheduler_settings({{"Licenses", "a:1"}}));
  EXPECT_FALSE(check_scheduler_settings({{"Licenses", "a b"}}));
  EXPECT_FALSE(check_scheduler_settings({{"AccountingStorageTRES", "gres/gpu"}}));
  EXPECT_FALSE(check_scheduler_settings({{"AccountingStorageEnforce", "limits"},
                                         {"AccountingStorageType", "accounting_storage/none"}}));
  EXPECT_TRUE(check_scheduler_settings({{"AccountingStorageEnforce", "limits"},
                                        {"AccountingStorageType", "accounting_storage/slurmdbd"}}));
}

TEST(SchedulerSettings, are_none_of_what_muster_writes_by_itself) {
  EXPECT_GT(scheduler_keys().size(), 15U);
  for (const std::string_view key : {"ClusterName", "SlurmctldHost", "AuthType", "DefMemPerCPU",
                                     "SelectType", "ReturnToService", "PartitionName"}) {
    EXPECT_FALSE(is_scheduler_key(key)) << key;
  }
}

}  // namespace
}  // namespace muster::extensions
