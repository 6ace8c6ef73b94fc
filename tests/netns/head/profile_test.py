"""What a node boots is what its profile says, on the wire."""

from head import MEDIUM_FILES, OTHER_ARGUMENT, OTHER_CONTENT, blob
from room import HeadTest


class Profiles(HeadTest):
    """A node that an administrator gave another profile."""

    def scripts(self, node):
        """The boot scripts of both loaders."""
        for page in (f"/boot/node.ipxe?mac={node.mac}", f"/grub/node/{node.mac}.cfg"):
            answer = self.anybody().plain("GET", page)
            self.assertEqual(answer.status, 200, page)
            yield answer.text

    def set_profile(self, names, profile):
        return self.head.admin("POST", "/v1/nodes/set", {"nodes": names, "profile": profile})

    def test_the_next_boot_is_that_of_the_new_profile(self):
        node = self.node().boot()
        self.assertEqual([f"/blob/{layer['sha256']}" for layer in node.welcome["image"]["layers"]],
                         [blob(content) for content in list(MEDIUM_FILES.values())[2:]])
        for script in self.scripts(node):
            self.assertNotIn(OTHER_ARGUMENT, script)
        self.set_profile([node.name], "gpu")
        for script in self.scripts(node):
            self.assertIn(f" {OTHER_ARGUMENT}", script)
        node.boot()
        self.assertEqual(node.welcome["image"]["name"], "cuda")
        self.assertIn(blob(OTHER_CONTENT),
                      [f"/blob/{layer['sha256']}" for layer in node.welcome["image"]["layers"]])
        self.assertEqual(self.anybody().plain("GET", blob(OTHER_CONTENT)).status, 200)

    def test_its_neighbour_boots_as_before(self):
        node, other = self.node("a").boot(), self.node("b").boot()
        self.set_profile([node.name], "gpu")
        for script in self.scripts(other):
            self.assertNotIn(OTHER_ARGUMENT, script)

    def test_profiles_are_listed_with_their_nodes(self):
        before = self.count("gpu")
        node = self.node().boot()
        self.set_profile([node.name], "gpu")
        self.assertEqual(self.count("gpu"), before + 1)
        self.assertIn(("profile", "gpu instead of default"), self.head.events(node.name))

    def count(self, profile):
        profiles = self.head.admin("GET", "/v1/profiles")["profiles"]
        self.assertEqual([each["name"] for each in profiles], ["default", "gpu"])
        self.assertEqual([each["image"] for each in profiles], ["compute", "cuda"])
        return next(each["nodes"] for each in profiles if each["name"] == profile)

    def test_a_profile_that_is_none_is_refused(self):
        node = self.node().boot()
        with self.assertRaisesRegex(AssertionError, "there is no profile 'gpuu'"):
            self.set_profile([node.name], "gpuu")
        self.assertEqual(self.head.node(node.name)["profile"], "default")
