import HostSupport
import LibC
import Machines
import Quantities
import SystemPackage
import TestRuns
import Testing

@Suite struct ProjectConfigurationTests {
    @Test func `every setting is read`() throws {
        let configuration = try read(
            """
            [project]
            name = "x"

            [tool.quiver]
            image = "ubuntu:24.04"
            cpus = 4
            memory = "512M"
            packages = ["tcpdump"]
            setup = ["sysctl -w a=b"]
            include = ["data/**"]
            exclude = ["*.iso"]
            pytest = "python3 -m pytest -q"
            user = "ubuntu"
            isolate = "test"
            checkpoint = "session-fixtures"
            artifacts = ["out/"]
            network = "isolated"
            """
        )
        var expected = ProjectConfiguration()
        expected.image = "ubuntu:24.04"
        expected.cpus = 4
        expected.memory = .mebibytes(512)
        expected.packages = ["tcpdump"]
        expected.setup = ["sysctl -w a=b"]
        expected.include = ["data/**"]
        expected.exclude = ["*.iso"]
        expected.pytest = ["python3", "-m", "pytest", "-q"]
        expected.user = "ubuntu"
        expected.isolate = .test
        expected.checkpoint = .sessionFixtures
        expected.artifacts = ["out/"]
        expected.network = .isolated
        #expect(configuration == expected)
    }

    @Test(arguments: ["", "[project]\nname = \"x\"", "[tool.ruff]\nline-length = 100"])
    func `a project that says nothing gets the defaults`(text: String) throws {
        #expect(try read(text) == ProjectConfiguration())
    }

    @Test(arguments: [
        ("[tool.quiver", "not TOML"),
        ("[tool.quiver]\nmemory = \"banana\"", "tool.quiver.memory: \"banana\" is not a size"),
        ("[tool.quiver]\nmemory = 5", "tool.quiver.memory: must be a string"),
        ("[tool.quiver]\ncpus = 0", "tool.quiver.cpus: must be a whole number from 1 to 255"),
        ("[tool.quiver]\ncpus = \"2\"", "tool.quiver.cpus: must be a whole number"),
        (
            "[tool.quiver]\nnetwork = \"lan\"",
            "tool.quiver.network: \"lan\" is not valid; use one of \"user\", \"isolated\", \"none\""
        ),
        (
            "[tool.quiver]\nisolate = \"all\"",
            "tool.quiver.isolate: \"all\" is not valid; use one of \"none\", \"file\", \"test\""
        ),
        ("[tool.quiver]\npackages = \"curl\"", "tool.quiver.packages: must be a list of strings"),
        ("[tool.quiver]\nsetup = [1]", "tool.quiver.setup: must be a list of strings"),
        ("[tool.quiver]\npytest = []", "tool.quiver.pytest: must name a command"),
        (
            "[tool.quiver]\nartifacts = [\"out/../../x\"]",
            "tool.quiver.artifacts: \"out/../../x\" is outside the project"
        ),
        ("[tool.quiver]\nartifacts = [\"/etc\"]", "tool.quiver.artifacts: \"/etc\" is outside the project"),
        ("[tool.quiver]\nimages = \"x\"", "tool.quiver.images: is not a setting; the settings are image,"),
    ])
    func `a setting that makes no sense is named with its file`(text: String, message: String) throws {
        let error = #expect(throws: TestRunError.self) { try read(text) }
        #expect(error?.code == .badConfiguration)
        #expect(error?.description.hasPrefix("/p/pyproject.toml: \(message)") == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("\n") == false)
    }

    @Test(arguments: [
        ("user-data = \"../secret\"", "user-data"), ("user-data = \"SECRET\"", "user-data"),
        ("user-data = \"link\"", "user-data"), ("user-data = \"../gone\"", "user-data"),
        ("image = \"SECRET\"", "image"), ("image = \"./link\"", "image"), ("image = \"../gone.img\"", "image"),
    ])
    func `a project names no file outside its own directory`(setting: String, key: String) async throws {
        try await Self.withProject { project, secret in
            let setting = setting.replacing("SECRET", with: secret.string)
            try WholeFile.write("[tool.quiver]\n\(setting)\n".utf8, to: project.appending("pyproject.toml"))
            let error = #expect(throws: TestRunError.self) { try ProjectConfiguration(project: project) }
            let message = error?.description ?? ""
            #expect(error?.code == .badConfiguration && message.contains(" is outside the project; "), "\(message)")
            #expect(message.contains("--\(key) /"), "\(message)")
        }
    }

    @Test func `a project's own files are found from any directory, and others by hand`() async throws {
        try await Self.withProject { project, secret in
            let settings = "[tool.quiver]\nuser-data = \"cloud/init.yaml\"\nimage = \"./disk.qcow2\"\n"
            try WholeFile.write(settings.utf8, to: project.appending("pyproject.toml"))
            try Directory.create(project.appending("cloud"))
            try WholeFile.write("#cloud-config\n{}\n".utf8, to: project.appending("cloud/init.yaml"))
            var configuration = try ProjectConfiguration(project: project)
            #expect(configuration.image == project.appending("disk.qcow2").string)
            #expect(configuration.userData == project.appending("cloud/init.yaml").string)
            try configuration.useUserData(at: secret)
            #expect(configuration.userData == secret.string)
        }
    }

    /// A project beside a file that is not its own, with a link to that.
    private static func withProject(_ body: (_ project: FilePath, _ secret: FilePath) async throws -> Void) async throws
    {
        try await ScratchHome.with { home in
            let (project, secret) = (home.data.appending("project"), home.data.appending("secret"))
            try Directory.create(project)
            try WholeFile.write("secret".utf8, to: secret)
            try #require(symlink(secret.string, project.appending("link").string) == 0)
            try await body(project, secret)
        }
    }

    private func read(_ text: String) throws -> ProjectConfiguration {
        try ProjectConfiguration(toml: text, path: "/p/pyproject.toml")
    }
}
