import CloudImages
import HostSupport
import ImageToolsForTests
import SystemPackage
import Testing

@Suite struct CatalogTests {
    @Test func `the built-in catalog has the vendors' images for both architectures`() async throws {
        try await withScratchDirectory { directory in
            let catalog = try ImageCatalog(home: QuiverHome(root: directory))
            for name in ["debian:12", "debian:13", "ubuntu:22.04", "ubuntu:24.04", "fedora", "alpine"] {
                for architecture in ImageArchitecture.allCases {
                    let entry = try catalog.entry(name, architecture: architecture)
                    #expect(entry.url.hasPrefix("https://"))
                    #expect(entry.digestsURL.hasPrefix("https://"))
                    #expect(!entry.digestsURL.contains("{"))
                    let isARM = entry.fileName.contains("arm64") || entry.fileName.contains("aarch64")
                    #expect(isARM == (architecture == .arm64))
                }
            }
            let ubuntu = try catalog.entry("ubuntu:24.04", architecture: .amd64)
            #expect(ubuntu.signature == .detached(url: ubuntu.digestsURL + ".gpg"))
            #expect(ubuntu.defaultUser == "ubuntu")
            let alpine = try catalog.entry("alpine", architecture: .arm64)
            #expect(alpine.digestsURL == alpine.url + ".sha512")
        }
    }

    @Test func `a user's images.toml adds images and takes the place of known ones`() async throws {
        try await withScratchDirectory { directory in
            let text = """
                ["mine:1"]
                amd64 = "https://example.org/a/mine.qcow2"
                digests = "https://example.org/lists/{machine}/SHA256SUMS"
                user = "me"

                ["debian:12"]
                amd64 = "https://mirror.example.org/debian-12.qcow2"
                digests = "SHA512SUMS"
                """
            try WholeFile.write(text.utf8, to: directory.appending("images.toml"))
            let catalog = try ImageCatalog(home: QuiverHome(root: directory))
            let mine = try catalog.entry("mine:1", architecture: .amd64)
            #expect(mine.digestsURL == "https://example.org/lists/x86_64/SHA256SUMS")
            #expect(mine.defaultUser == "me")
            let debian = try catalog.entry("debian:12", architecture: .amd64)
            #expect(debian.digestsURL == "https://mirror.example.org/SHA512SUMS")
            #expect(throws: CloudImagesError.self) { try catalog.entry("debian:12", architecture: .arm64) }
        }
    }

    @Test(arguments: [
        ("debian:21", "did you mean debian:12?"), ("debain:12", "did you mean debian:12?"),
        ("ubunut:24.04", "did you mean ubuntu:24.04?"), ("alpin", "did you mean alpine?"),
        ("windows:11", "known images are alpine, debian:12"),
    ])
    func `an unknown name is answered with the nearest`(name: String, answer: String) async throws {
        try await withScratchDirectory { directory in
            let catalog = try ImageCatalog(home: QuiverHome(root: directory))
            let error = try #require(throws: CloudImagesError.self) {
                _ = try catalog.entry(name, architecture: .amd64)
            }
            #expect(error.code == .unknownImage)
            #expect(error.message.contains(answer))
        }
    }

    @Test(arguments: [
        ("x = [", "not TOML"), ("mine = 1", "mine is not a table"),
        ("[\"mine\"]\namd64 = \"https://e.org/a\"", "needs the key digests"),
        ("[\"mine\"]\ndigests = \"S\"", "has no image"),
        ("[\"mine\"]\ndigest = \"S\"\namd64 = \"https://e.org/a\"", "unknown key digest; did you mean digests?"),
        ("[\"mine\"]\ndigests = 5\namd64 = \"https://e.org/a\"", "needs a string for digests"),
        ("[\"mine\"]\ndigests = \"S\"\namd64 = \"ftp://e.org/a\"", "not http or https"),
        (
            "[\"mine\"]\ndigests = \"S\"\namd64 = \"https://e.org/a\"\nkeyring = [1]",
            "needs a list of strings for keyring"
        ),
        ("[\"a/b\"]\ndigests = \"S\"\namd64 = \"https://e.org/a\"", "is not a valid image name"),
    ])
    func `a catalog that is written wrong is answered with the key`(text: String, answer: String) throws {
        let error = try #require(throws: CloudImagesError.self) {
            _ = try ImageCatalog(toml: text, path: "images.toml")
        }
        #expect(error.code == .badCatalog)
        #expect(error.message.hasPrefix("images.toml: "))
        #expect(error.message.contains(answer))
    }
}
