#pragma once
// What is answered to programs that greet.

#include "control/api/answer_schemas.h"

namespace muster::api::schemas {

inline constexpr auto kGreetingMembers =
    std::to_array<Property>({{"cluster", text("the cluster's name")}});
inline constexpr Schema kGreeting = object("a greeting", kGreetingMembers);

}  // namespace muster::api::schemas
