"""Settings from a file, the environment and flags, in one object.

Order of precedence: what the caller passes, ``WATCHFLOOR_…`` in the environment, ``watchfloor.toml`` in the
working folder or where ``WATCHFLOOR_SETTINGS`` points, the defaults below.
"""

import os
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from watchfloor.core.errors import SettingsError

__all__ = ["BrokerLogin", "Settings", "load"]


class BrokerLogin(BaseModel):
    """How one MQTT broker lets us in.

    Examples
    --------
    >>> BrokerLogin(user="floor", password_file="/run/secrets/mqtt").user
    'floor'
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    user: str = Field("", description="User name; empty for none.")
    password: str = Field("", description="Password.", repr=False)
    password_file: Path | None = Field(None, description="File that holds the password.")
    ca: Path | None = Field(None, description="PEM file of who signs the broker's certificate.")
    certificate: Path | None = Field(None, description="PEM file of our own certificate.")
    key: Path | None = Field(None, description="PEM file of its key.")


class Settings(BaseSettings):
    """What an operator may set.

    Examples
    --------
    >>> Settings(port=5010).port
    5010
    """

    model_config = SettingsConfigDict(env_prefix="WATCHFLOOR_", extra="forbid", frozen=True)

    floor: str = Field("demo", description="Name of the floor, a folder below a catalog root.")
    data: Path = Field(Path("var"), description="Folder for the store, secrets and archives.")
    store: str = Field(
        "",
        description="Database URL of the store, such as postgresql://user@host/database, without a password; empty for "
        "SQLite in the data folder.",
    )
    store_password: SecretStr = Field(
        SecretStr(""),
        description="Password of the store's server; better in store_password_file or PGPASSFILE.",
    )
    store_password_file: Path | None = Field(
        None, description="File whose first line is the password of the store's server."
    )
    archive: Path | None = Field(
        None,
        description="Folder of old observations; default: beside the store's file, or in the data folder.",
    )
    archive_after: int = Field(
        0,
        ge=0,
        le=36_500,
        description="Days after which whole months of observations go to the archive; 0 for only by command.",
    )
    catalogs: Annotated[list[Path], NoDecode] = Field(
        default_factory=list, description="More catalog roots, owned by the operator."
    )
    address: str = Field("127.0.0.1", description="Address to listen on; beyond loopback only with sign-in.")
    port: int = Field(5006, ge=0, le=65535, description="Port to listen on; 0 for any free one.")
    origin: list[str] = Field(
        default_factory=list, description="Further host:port names that pages are opened by."
    )
    prefix: str = Field("", description="Path prefix behind a proxy.")
    collect: bool = Field(default=True, description="Collect feeds in the serving process too.")
    warm: bool = Field(
        default=True, description="Compile what is slow at first use ahead of it, beside the pages."
    )
    inbox: Path | None = Field(
        None, description="Folder whose files are taken in; default: inbox in the data folder."
    )
    hosts: list[str] = Field(
        default_factory=list, description="Hosts that feeds and catalogs may fetch from."
    )
    environment: list[str] = Field(
        default_factory=list, description="Names of environment variables that catalogs may use."
    )
    databases: dict[str, str] = Field(
        default_factory=dict, description="Database URLs that catalogs may query, by name.", repr=False
    )
    brokers: dict[str, BrokerLogin] = Field(
        default_factory=dict, description="How MQTT brokers let us in, by host or host:port.", repr=False
    )
    accounts: Path | None = Field(
        None, description="File of local accounts; default: accounts.toml in the data folder."
    )
    oauth_provider: str = Field("", description="Panel OAuth provider; empty for local accounts.")
    oauth_key: str = Field("", description="OAuth client id.")
    oauth_secret: str = Field("", description="OAuth client secret.", repr=False)
    oauth_redirect: str = Field(
        "", description="Address that the OAuth provider sends people back to; default: as they asked for it."
    )
    oauth_extra: dict[str, str] = Field(
        default_factory=dict,
        description="For the provider 'generic': AUTHORIZE_URL, TOKEN_URL, USER_URL and USER_KEY; for others as Panel says.",
        repr=False,
    )
    roles: dict[str, list[str]] = Field(
        default_factory=dict, description="Roles of OAuth users, by user name."
    )
    language: str = Field("en", pattern="^(en|zh)$", description="Language of the screens at first.")
    zone: str = Field("", description="IANA time zone of the screens; empty for the floor's.")
    trust: list[Path] = Field(
        default_factory=list, description="PEM files of certificates that may sign CAP alerts."
    )
    alarms: Path | None = Field(
        None,
        description="YAML file of escalation, grouping and channels; default: alarms/policy.yml in the floor's.",
    )
    map_tiles: str = Field("", description="PMTiles file of a region, drawn over the world base map.")
    workers: int = Field(2, ge=1, le=64, description="Threads for heavy work.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read flags, then the environment, then the file."""
        path = Path(os.environ.get("WATCHFLOOR_SETTINGS", "watchfloor.toml"))
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, path)


def load(**flags: Any) -> Settings:
    """Read the settings; flags that are None are left to the environment and the file.

    Raises
    ------
    SettingsError
        Naming each setting that cannot be used.
    """
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        rows = "; ".join(
            f"{'.'.join(map(str, row['loc'])) or 'settings'}: {row['msg']}" for row in error.errors()
        )
        raise SettingsError(f"Settings cannot be used: {rows}. See `watchfloor check`.") from error
