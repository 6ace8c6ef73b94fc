// An exception in an answer, a write or a certificate costs that one, and the registry goes on.

#include <stdexcept>

#include "tests/unit/provisioning/faulty_store.h"
#include "tests/unit/provisioning/registry_fixture.h"

namespace muster::provisioning {
namespace {

using Disk = FaultyStore::Disk;

class RegistryExceptions : public RegistryTest {
 protected:
  RegistryExceptions() {
    auto store = std::make_unique<FaultyStore>();
    disk_ = store.get();
    store_ = std::move(store);
  }

  FaultyStore* disk_ = nullptr;
};

TEST_F(RegistryExceptions, a_write_that_an_exception_ends_has_failed_and_the_next_one_succeeds) {
  bring_up(1);
  const std::vector<std::string> names = {"n001"};
  disk_->become(Disk::throwing);
  const Status refused = registry_->node_decisions().set_profile(names, "gpu", now_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::world);
  EXPECT_EQ(registry_->find("n001")->profile, "default");
  EXPECT_EQ(registry_->exceptions().count, 1U);
  disk_->become(Disk::good);
  EXPECT_TRUE(registry_->node_decisions().set_profile(names, "gpu", now_));
  open();
  EXPECT_EQ(registry_->find("n001")->profile, "gpu");
}

TEST_F(RegistryExceptions, an_answer_that_throws_costs_no_other_and_not_the_thread_that_writes) {
  int answers = 0;
  disk_->become(Disk::stuck);
  registry_->discovery().discover(blank_machine(1), kDynamic, now_).then([&](const auto&) {
    ++answers;
  });
  disk_->wait_until_stuck();
  for (const int number : {2, 3, 4}) {
    registry_->discovery()
        .discover(blank_machine(number), kElsewhere, now_)
        .then([&, number](const auto&) {
          if (number == 3) throw std::runtime_error("a bug of ours");
          ++answers;
        });
  }
  disk_->become(Disk::good);
  EXPECT_TRUE(registry_->flush());
  EXPECT_EQ(answers, 3);
  EXPECT_EQ(registry_->exceptions().count, 1U);
  EXPECT_EQ(registry_->exceptions().last, "a bug of ours");
  EXPECT_TRUE(registry_->flush());
}

TEST_F(RegistryExceptions, a_token_is_as_good_as_before_when_an_exception_ends_its_enrolment) {
  const Welcome welcome = boot(1);
  const auto throws = [](const Node&) -> Result<Credentials> {
    throw std::runtime_error("a bug of ours");
  };
  EXPECT_EQ(registry_->enrolment().enrol(welcome.token, now_, throws).wait().error().kind,
            ErrorKind::world);
  EXPECT_EQ(registry_->exceptions().last, "a bug of ours");
  EXPECT_TRUE(enrol(welcome.token, "CD"));
}

}  // namespace
}  // namespace muster::provisioning
