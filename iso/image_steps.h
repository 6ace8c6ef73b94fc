#pragma once
// What plans want of a system on the medium, made true in its tree.

#include <filesystem>
#include <string>

#include "core/base/result.h"
#include "core/plan/plan.h"
#include "iso/build_context.h"

namespace muster::iso {

/// Errors: a step failed, with its words and the room that wants it.
Status make_true(const BuildContext& context, const plan::Plan& plan,
                 const std::filesystem::path& root);

/// Gives a head its specification, unless it is empty.
Status write_spec(const std::string& text, const std::filesystem::path& root);

}  // namespace muster::iso
