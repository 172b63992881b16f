public import CloudImages
public import HostSupport
public import Machines
public import Quantities

/// Starts a machine from an image, runs the body, and ends the machine when the body returns, throws or is cancelled.
///
/// The machine also ends with this process, however that ends, and nothing of it is left. Its guest boots from an
/// overlay of the image, with Quiver's keys and helper; wait for it with ``Machines/Machine/withGuest(ready:within:_:)``.
///
/// - Parameters:
///   - image: Where its disk starts from, as `try ImageStore().image("debian:12")`.
///   - name: The machine's name in messages and the guest's host name; it need not be unique.
///   - memory: The guest's memory.
///   - processorCount: The number of the guest's processors.
///   - userData: cloud-init's user-data; nil means none. It is checked before anything boots.
///   - home: The home in whose cache the machine's directory is created.
///   - body: Receives the machine once its monitor answers; the guest has not booted yet.
/// - Throws: ``Machines/MachineError`` if the machine cannot be started, ``CloudInit/CloudInitError`` with code `badSeed`
///   for user-data with errors; otherwise what the body throws.
public func withMachine<Value>(
    from image: Image,
    named name: String = "guest",
    memory: ByteCount = .gibibytes(1),
    processorCount: Int = 2,
    userData: String? = nil,
    home: QuiverHome = .current,
    options: LaunchOptions = LaunchOptions(),
    _ body: (Machine) async throws -> Value,
) async throws -> Value {
    let provisioning = Provisioning(image: image, hostname: name, userData: userData)
    let description = MachineDescription(
        architecture: GuestArchitecture(image.architecture),
        processorCount: processorCount,
        memory: memory,
    )
    return try await withMachine(
        named: name,
        home: home,
        options: options,
        describe: { directory in try await provisioning.prepare(description, in: directory, home: home) },
        body,
    )
}
