#include "iso/recipe.h"

namespace muster::iso {

Recipe own_recipe() {
  return {
      .base = MUSTER_RECIPE_BASE, .overlay = MUSTER_RECIPE_OVERLAY, .medium = MUSTER_RECIPE_MEDIUM};
}

}  // namespace muster::iso
