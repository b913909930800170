//! What JavaScript sees of the engine: one file per exported class.

/// Smaller than the standard one, and as quick at what a chat allocates: short texts.
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

mod delivery_event_handler;
mod offline_queue_service;
mod presence_service;
mod realtime_client;
mod rooms_service;
mod sync_service;
mod types;
mod typing_service;

pub use self::delivery_event_handler::DeliveryEventHandler;
pub use self::offline_queue_service::OfflineQueueService;
pub use self::presence_service::PresenceService;
pub use self::realtime_client::RealtimeClient;
pub use self::rooms_service::RoomsService;
pub use self::sync_service::SyncService;
pub use self::types::*;
pub use self::typing_service::TypingService;
